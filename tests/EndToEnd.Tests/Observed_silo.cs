using System.Text.Json;
using System.Text.RegularExpressions;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>What a silo shows of itself: traces and metrics to a collector, metrics to whoever scrapes them, its health to <c>citytwin doctor</c>.</summary>
public sealed partial class Observed_silo
{
    private const string Sender = "00f067aa0ba902b7";
    private const string SenderTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Steps = ["receive", "store", "commit", "deliver"];

    private static readonly string[] Files = ["alerts.yaml", "dashboard.json"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>With a share of 0 the silo begins no trace itself: what is seen is the sender's.</summary>
    [Theory]
    [InlineData("0", true)]
    [InlineData("1", false)]
    public async Task Reading_is_one_trace_from_the_message_to_the_watcher(string share, bool isSenderTraced)
    {
        using var collector = new Collector();
        await using var silo = SiloProcess.Prepare(null, "--no-feed");
        silo.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
        silo.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        silo.Environment["OTEL_TRACES_SAMPLER_ARG"] = share;
        silo.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        silo.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        await silo.Run(Cancellation);
        using var watch = await silo.Http.GetAsync("v1/events?sensors=true", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        string[] traced = isSenderTraced ? ["-D", "publish", "user-property", "traceparent", $"00-{SenderTrace}-{Sender}-01"] : [];
        await Mosquitto.Command(
            "mosquitto_pub", Cancellation,
            ["-V", "mqttv5", "-p", $"{silo.MqttPort}", "-q", "1", .. traced, "-t", "citytwin/v1/sensors/breaker-feeder-harbour-status/reading", "-m", """{"value":"closed"}"""]);

        await SiloProcess.Until(
            "the collector has the whole trace", () => Task.FromResult(Traces(collector).Any(IsWhole)), Patience, Cancellation,
            () => string.Join('\n', collector.Spans));
        var trace = Assert.Single(Traces(collector), IsWhole);
        Assert.Single(trace, span => span.Name == "receive");
        Assert.Equal(isSenderTraced ? (SenderTrace, Sender) : (trace.Key, ""), (trace.Key, trace.Single(span => span.Name == "receive").Parent));
        var ids = trace.Select(span => span.Id).ToHashSet();
        Assert.All(trace.Where(span => span.Name != "receive"), span => Assert.Contains(span.Parent, ids));
        if (isSenderTraced)
        {
            Assert.All(collector.Spans, span => Assert.Equal(SenderTrace, span.Trace));
        }

        await SiloProcess.Until(
            "the collector has metrics", () => Task.FromResult(collector.Metrics.Contains("citytwin.ingest.items", StringComparison.Ordinal)), Patience, Cancellation);

        // Spans are exported in parts: one may be there before the one that it belongs to.
        static bool IsWhole(IGrouping<string, Span> trace) => Steps.All(step => trace.Any(span => span.Name == step))
            && trace.All(span => span.Name == "receive" || trace.Any(other => other.Id == span.Parent));
        static IEnumerable<IGrouping<string, Span>> Traces(Collector collector) => collector.Spans.GroupBy(span => span.Trace);
    }

    [Fact]
    public async Task Reading_is_one_trace_also_to_a_watcher_of_another_silo()
    {
        using var collector = new Collector();
        await using var cluster = await SiloCluster.Start(Cancellation, arrange: prepared =>
        {
            foreach (var silo in prepared.All)
            {
                silo.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
                silo.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
                silo.Environment["OTEL_TRACES_SAMPLER_ARG"] = "0";
                silo.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "100";
            }
        });
        var host = await cluster.HostOf("sensor/breaker-feeder-harbour-status", Cancellation);
        using var watch = await cluster.All.First(silo => silo != host).Http.GetAsync("v1/events?sensors=true", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await Mosquitto.Command(
            "mosquitto_pub", Cancellation,
            ["-V", "mqttv5", "-p", $"{cluster.All[0].MqttPort}", "-q", "1", "-D", "publish", "user-property", "traceparent", $"00-{SenderTrace}-{Sender}-01",
                "-t", "citytwin/v1/sensors/breaker-feeder-harbour-status/reading", "-m", """{"value":"closed"}"""]);

        await SiloProcess.Until(
            "another silo than the one that committed has delivered", () => Task.FromResult(collector.Spans.Any(span => span.Trace == SenderTrace && span.Name == "deliver")),
            Patience, Cancellation, () => string.Join('\n', collector.Spans));
    }

    [Fact]
    public async Task Measures_whatever_dashboard_and_alerts_name()
    {
        var named = Files.SelectMany(file => Metric().Matches(File.ReadAllText(Path.Combine(Repository.Root, "k8s", "base", file))).Select(match => match.Value)).Distinct().ToList();
        Assert.NotEmpty(named);
        await using var silo = await SiloProcess.Start(Cancellation);
        using var watch = await silo.Http.GetAsync("v1/events?sensors=true", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await silo.Post("v1/segments/substation-north:fail", new { principal = "test", reason = "drill" }, Cancellation);
        var missing = named;
        await SiloProcess.Until("every metric is shown", async () =>
        {
            var shown = (await silo.Http.GetStringAsync("metrics", Cancellation)).Split('\n').Select(line => line.Split('{', ' ')[0]).ToHashSet();
            missing = [.. named.Where(metric => !shown.Contains(metric))];
            return missing.Count == 0;
        }, TimeSpan.FromSeconds(30), Cancellation, () => string.Join(' ', missing));
    }

    [Fact]
    public async Task Doctor_finds_a_silo_well_and_says_what_is_wrong_when_it_is_not()
    {
        await using var broker = await Mosquitto.Start(Cancellation);
        await using var silo = SiloProcess.Prepare(broker);
        silo.Environment["Logging__Console__FormatterName"] = "json";
        await silo.Run(Cancellation);
        await SiloProcess.Until("the silo is well", async () => (await Doctor(silo)).ExitCode == 0, Patience, Cancellation);
        await broker.Stop();
        var (exitCode, output) = (0, "");
        await SiloProcess.Until("the trouble is told", async () =>
        {
            (exitCode, output) = await Doctor(silo);
            return exitCode == 1;
        }, Patience, Cancellation);
        Assert.StartsWith("SEVERE   Nothing comes in or goes out over MQTT:", output, StringComparison.Ordinal);
        Assert.Contains("Look whether the broker is up", output, StringComparison.Ordinal);

        // And its log says so to programs.
        var lost = silo.Said().Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).First(line => line.GetProperty("EventId").GetInt32() == 3122);
        Assert.Equal("Warning", lost.GetProperty("LogLevel").GetString());
        Assert.InRange(lost.GetProperty("Timestamp").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
    }

    private static async Task<(int ExitCode, string Output)> Doctor(SiloProcess silo)
    {
        var (exitCode, output, errors) = await Programs.Run(Programs.Cli, Cancellation, "doctor", "--server", $"http://127.0.0.1:{silo.GrpcPort}");
        Assert.Equal("", errors);
        return (exitCode, output);
    }

    [GeneratedRegex("citytwin_[a-z_]+")]
    private static partial Regex Metric();
}
