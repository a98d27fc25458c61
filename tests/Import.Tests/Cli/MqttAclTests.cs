using System.Diagnostics;
using CityTwin.Cli;
using CityTwin.Import.Sample;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.Import.Tests.Cli;

/// <summary><c>citytwin mqtt acl</c>, and a real mosquitto that goes by it.</summary>
public sealed class MqttAclTests
{
    private const string Breaker = "breaker-feeder-harbour-status";
    private const string Other = "breaker-feeder-northgate-status";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_city_gives_the_same_rights_in_one_order()
    {
        var (code, first, error) = await Run("--user", "wall=viewer", "--user", "audit=auditor");
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Equal(first, (await Run("--user", "audit=auditor", "--user", "wall=viewer")).Output);
        Assert.Equal(["topic write citytwin/v1/sensors/" + Breaker + "/reading", "topic write citytwin/v1/sensors/" + Breaker + "/event"], RightsIn(first, Breaker));
        Assert.Equal(2, RightsIn(first, Other).Length);
        Assert.Equal(["topic read citytwin/v1/alerts", "topic read citytwin/v1/zones/+/status"], RightsIn(first, "wall"));
        Assert.Contains("topic read citytwin/v1/sensors/+/reading", RightsIn(first, "audit"));
        Assert.DoesNotContain(RightsIn(first, "citytwin"), right => right.StartsWith("topic write citytwin/v1/sensors", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_would_be_two_users_is_refused()
    {
        var (code, _, error) = await Run("--user", $"{Breaker}=viewer");
        Assert.Equal(ExitCode.Faults, code);
        Assert.Contains($"'{Breaker}' would be two users", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Run("--user", "wall\ntopic write #=viewer")).Code);
        Assert.Equal(ExitCode.Usage, (await Run("--user", "wall=king")).Code);
    }

    [Fact]
    public async Task Mosquitto_lets_a_device_say_its_own_and_nothing_else()
    {
        var rights = (await Run("--user", "wall=viewer")).Output;
        await using var broker = await Mosquitto.Start(Cancellation, settings: folder =>
        {
            var file = Path.Combine(folder, "acl");
            File.WriteAllText(file, rights);
            return $"acl_file {file}";
        });
        Assert.True(await MayPublish(broker, Breaker, $"sensors/{Breaker}/reading"));
        Assert.True(await MayPublish(broker, Breaker, $"sensors/{Breaker}/event"));
        Assert.False(await MayPublish(broker, Breaker, $"sensors/{Other}/reading"));
        Assert.False(await MayPublish(broker, Breaker, "alerts"));
        Assert.False(await MayPublish(broker, "nobody", $"sensors/{Other}/reading"));
        Assert.False(await MayPublish(broker, "citytwin", $"sensors/{Breaker}/reading"));
        Assert.True(await MayPublish(broker, "citytwin", "zones/harbour/status"));

        // All of it was retained, and is heard in the order of the filters: what may not be heard would come first.
        Assert.Equal("citytwin/v1/zones/harbour/status {}", await Heard(broker, "wall"));
        Assert.Equal($"citytwin/v1/sensors/{Breaker}/reading {{}}", await Heard(broker, "citytwin"));
    }

    private static async Task<bool> MayPublish(Mosquitto broker, string user, string topic)
    {
        using var publisher = Process.Start(new ProcessStartInfo(
            "mosquitto_pub", ["-p", $"{broker.Port}", "-u", user, "-V", "5", "-q", "1", "-r", "-t", $"citytwin/v1/{topic}", "-m", "{}"]) { RedirectStandardError = true })!;
        var said = await publisher.StandardError.ReadToEndAsync(Cancellation);
        await publisher.WaitForExitAsync(Cancellation);
        Assert.True(said.Length == 0 || said.Contains("Not authorized", StringComparison.OrdinalIgnoreCase), said);
        return said.Length == 0;
    }

    private static async Task<string> Heard(Mosquitto broker, string user) => (await Mosquitto.Command(
        "mosquitto_sub", Cancellation, "-p", $"{broker.Port}", "-u", user, "-v", "-C", "1", "-W", "30",
        "-t", "citytwin/v1/sensors/+/reading", "-t", "citytwin/v1/zones/+/status")).Trim();

    private static string[] RightsIn(string file, string user) =>
        [.. file.Split('\n').SkipWhile(line => line != $"user {user}").Skip(1).TakeWhile(line => line.Length > 0)];

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(["mqtt", "acl", "--city", SampleCity.Folder, .. arguments], output, error, Cancellation);
        return (code, output.ToString(), error.ToString());
    }
}
