using System.Text.RegularExpressions;
using CityTwin.Api.Errors;
using CityTwin.Client;
using CityTwin.Core.Sensing;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>What the page for those who write clients says is what the code does.</summary>
public sealed partial class Client_page
{
    /// <summary>Types of rows that are held where they can be seen: by the tests of the ingest.</summary>
    private static readonly string[] Elsewhere = ["IngestOptions", "SensorCodec", "RefusalPace"];

    [Fact]
    public void Limits_are_those_in_code()
    {
        var found = ClientPage.LimitsIn(typeof(ApiOptions).Assembly, typeof(CityTwinClientOptions).Assembly, typeof(SensorRules).Assembly);

        Assert.Equal(ClientPage.Limits.Count(limit => !Elsewhere.Contains(limit.Type)), found.Count);
        Assert.NotEmpty(found);
        Assert.All(found, limit => Assert.True(limit.Said == limit.Has, $"The page says {limit.Said} for {limit.Limit}, which is {limit.Has}."));
    }

    [Fact]
    public void Every_reason_is_explained_under_its_status()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "src", "CityTwin.Api", "Errors", "ErrorReason.cs"));
        var reasons = Reason().Matches(source).Select(reason => (reason.Groups[1].Value, reason.Groups[2].Value)).ToList();

        Assert.Equal(typeof(ErrorReason).GetFields().Length - 1, reasons.Count);
        Assert.Equal(reasons.Order(), ClientPage.Errors.Order());
    }

    [GeneratedRegex(@"<summary>([A-Z_]{4,})[^<]*(?:<c>[^<]*</c>[^<]*)*</summary>\s+public const string \w+ = ""(\w+)""")]
    private static partial Regex Reason();
}
