using CityTwin.Testing.Cities;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CityTwin.Api.Tests;

/// <summary>
/// How each method of the contract reaches into the city, written down by hand and apart from the code under test: a method
/// that is not here, and names nothing, fails the matrix until somebody says what it touches.
/// </summary>
internal static class Reach
{
    /// <summary>The city as a whole: only a grant over everything will do.</summary>
    public static readonly HashSet<string> City =
    [
        "GetDefinition", "ApplyDefinition", "GetSnapshot", "GetOutlook", "WatchOutlook", "ListMalformedMessages", "GetHealth", "CreateSimulation", "GetSimulation",
        "ListSimulations", "CancelSimulation", "WatchSimulation", "CreateBreach", "GetBreach", "ListBreaches", "CancelBreach", "DeleteBreach",
        "WatchBreach", "CompareBreaches", "GetAuditLog", "ListAuditEntries", "ProveAuditEntry", "ProveAuditLog", "ExportAuditLog",
    ];

    /// <summary>Their answer is cut to what the caller sees, or each thing in a stream is looked at by itself, so they are let in whatever the scope.</summary>
    public static readonly HashSet<string> Cut =
    [
        "ListZones", "WatchZones", "ListSegments", "WatchSegments", "ListSensors", "WatchSensors", "ListGuards", "WatchGuards", "ListAlerts",
        "WatchAlerts", "ListAssets", "WatchAssets", "ListConduits", "WatchConduits", "ListCascades", "GetCascade", "GetCityMap", "WatchCity",
        "GetServiceInfo", "ListWeakestLinks", "SendReadings", "ListChanges", "GetPastCity",
    ];

    /// <summary>A thing of each kind in the harbour.</summary>
    private static readonly Dictionary<string, string> Things = new()
    {
        ["ZoneService"] = "zones/harbour",
        ["SegmentService"] = "segments/pump",
        ["SensorService"] = "sensors/breaker",
        ["GuardService"] = "guards/rex",
        ["AlertService"] = "alerts/offline.sensor.breaker",
        ["AssetService"] = $"assets/{AttackedHarbour.Plc}",
        ["ConduitService"] = $"conduits/{AttackedHarbour.Office}",
        ["InspectionService"] = "grains/segment/pump",
        ["CascadeService"] = "cascades/1",
        ["SimulationService"] = "simulations/x",
        ["AuditService"] = "0",
        ["BreachService"] = "breaches/0123456789abcdef0123456789abcdef",
    };

    /// <summary>A request that names a thing in the harbour wherever it can, and says nothing else.</summary>
    public static IMessage RequestOf(MethodDescriptor method)
    {
        var request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        Set("name", ThingOf(method));
        Set("parent", ThingOf(method));
        Set("place", "zones/harbour");
        if (request.Descriptor.FindFieldByName("names") is { } names)
        {
            ((IList<string>)names.Accessor.GetValue(request)).Add(ThingOf(method));
        }

        return request;

        void Set(string field, string value) => request.Descriptor.FindFieldByName(field)?.Accessor.SetValue(request, value);
    }

    /// <summary>The same over REST.</summary>
    public static HttpRequestMessage RestOf(MethodDescriptor method)
    {
        var rule = method.GetOptions().GetExtension(AnnotationsExtensions.Http);
        var (verb, path) = rule.Get.Length > 0 ? (HttpMethod.Get, rule.Get) : rule.Delete.Length > 0 ? (HttpMethod.Delete, rule.Delete) : (HttpMethod.Post, rule.Post);
        var start = path.IndexOf('{', StringComparison.Ordinal);
        var address = start < 0 ? path : path[..start] + ThingOf(method) + path[(path.IndexOf('}', start) + 1)..];
        var asked = RequestOf(method);
        if (start >= 0)
        {
            asked.Descriptor.FindFieldByName(path[(start + 1)..].Split('=', '}')[0]).Accessor.Clear(asked);
        }

        var names = asked.Descriptor.FindFieldByName("names") is null || rule.Body.Length > 0 ? "" : $"?names={Uri.EscapeDataString(ThingOf(method))}";
        return new(verb, address + names)
        {
            Content = rule.Body.Length == 0 ? null : new StringContent(JsonFormatter.Default.Format(asked), System.Text.Encoding.UTF8, "application/json"),
        };
    }

    private static string ThingOf(MethodDescriptor method) => Things.GetValueOrDefault(method.Service.Name, "");
}
