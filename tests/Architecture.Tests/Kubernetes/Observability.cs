using System.Text.Json;
using System.Text.RegularExpressions;
using CityTwin.Testing;
using k8s;
using k8s.Models;
using Xunit;

namespace CityTwin.Architecture.Tests.Kubernetes;

/// <summary>Dashboard and alerts fit the instruments that the source makes; a running silo is asked by <c>EndToEnd.Tests</c>.</summary>
public sealed partial class Observability
{
    /// <summary>What exporters add to a name, by kind and unit.</summary>
    private static readonly string[] Suffixes = ["", "_total", "_seconds", "_seconds_bucket", "_bucket", "_bytes"];

    private static readonly string[] Severities = ["warning", "critical"];

    public static TheoryData<string> Overlays => ["dev", "prod"];

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Overlay_brings_dashboard_and_alerts(string name)
    {
        var configs = Overlay.Build(name).Of<V1ConfigMap>().ToDictionary(config => config.Metadata.Name);
        Assert.Equal(Text("alerts.yaml"), configs["citytwin-alerts"].Data["alerts.yaml"]);
        Assert.Equal(Text("dashboard.json"), configs["citytwin-dashboard"].Data["dashboard.json"]);
        Assert.Equal("1", configs["citytwin-dashboard"].Metadata.Labels["grafana_dashboard"]);
    }

    [Fact]
    public void Every_alert_says_what_is_wrong_and_what_to_do() => Assert.All(Rules(), rule =>
    {
        Assert.Matches("^CityTwin[A-Za-z]+$", rule.Alert);
        Assert.Matches("^[0-9]+m$", rule.For);
        Assert.Contains(rule.Labels["severity"], Severities);
        Assert.All(["summary", "description"], part => Assert.EndsWith(".", rule.Annotations[part], StringComparison.Ordinal));
        Assert.NotEmpty(Metric().Matches(rule.Expr));
    });

    [Fact]
    public void Alerts_and_panels_have_names_of_their_own()
    {
        Assert.Distinct(Rules().Select(rule => rule.Alert));
        Assert.Distinct(Panels().Select(panel => panel.GetProperty("title").GetString()));
    }

    [Fact]
    public void Every_panel_says_what_it_shows_and_asks_something() => Assert.All(Panels(), panel =>
    {
        Assert.EndsWith(".", panel.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.All(panel.GetProperty("targets").EnumerateArray(), target => Assert.NotEmpty(Metric().Matches(target.GetProperty("expr").GetString()!)));
        Assert.NotEqual(0, panel.GetProperty("targets").GetArrayLength());
    });

    [Fact]
    public void Every_metric_they_name_is_an_instrument_of_the_source()
    {
        var instruments = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Instrument().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value.Replace('.', '_')).ToHashSet();
        var named = Metric().Matches(Text("alerts.yaml") + Text("dashboard.json")).Select(match => match.Value).Distinct();
        Assert.All(named, metric => Assert.Contains(Suffixes, suffix =>
            metric.EndsWith(suffix, StringComparison.Ordinal) && instruments.Contains(metric[..^suffix.Length])));
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, "k8s", "base", file));

    private static List<Rule> Rules() => [.. KubernetesYaml.Deserialize<RuleFile>(Text("alerts.yaml")).Groups.SelectMany(group => group.Rules)];

    private static List<JsonElement> Panels()
    {
        using var dashboard = JsonDocument.Parse(Text("dashboard.json"));
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().Select(panel => panel.Clone())];
    }

    [GeneratedRegex("citytwin_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("""\.Create\w+(?:<\w+>)?\(\s*"(citytwin\.[a-z_.]+)""")]
    private static partial Regex Instrument();

    /// <summary>As Prometheus reads a file of rules.</summary>
    public sealed class RuleFile
    {
        public List<RuleGroup> Groups { get; set; } = [];
    }

    /// <summary>Rules evaluated together.</summary>
    public sealed class RuleGroup
    {
        public string Name { get; set; } = "";

        public List<Rule> Rules { get; set; } = [];
    }

    /// <summary>An alert.</summary>
    public sealed class Rule
    {
        public string Alert { get; set; } = "";

        public string Expr { get; set; } = "";

        public string For { get; set; } = "";

        public Dictionary<string, string> Labels { get; set; } = [];

        public Dictionary<string, string> Annotations { get; set; } = [];
    }
}
