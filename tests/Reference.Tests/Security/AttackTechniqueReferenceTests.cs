using System.Text.Json;
using CityTwin.Import.Security;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.Reference.Tests.Security;

/// <summary>The built-in list of ATT&amp;CK for ICS against the published one.</summary>
public sealed class AttackTechniqueReferenceTests
{
    [Fact]
    public void Built_in_techniques_are_those_of_the_published_version()
    {
        var file = Path.Combine(Repository.Reference, "breach", "attack_ics_ids.json");
        Assert.SkipUnless(File.Exists(file), "There is no reference list of techniques here.");
        using var published = JsonDocument.Parse(File.ReadAllBytes(file));

        Assert.Equal(AttackTechniques.Version, published.RootElement.GetProperty("version").GetString());
        Assert.Equal(
            published.RootElement.GetProperty("techniques").EnumerateArray()
                .Select(technique => $"{technique[0].GetString()} {technique[1].GetString()}").Order(StringComparer.Ordinal),
            AttackTechniques.Names.Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
    }
}
