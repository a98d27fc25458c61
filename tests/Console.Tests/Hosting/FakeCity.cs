using CityTwin.Protocol.V1;
using Google.Protobuf.WellKnownTypes;

namespace CityTwin.Console.Tests.Hosting;

/// <summary>
/// The state of a city that only the console is tested against: levels that follow a table of dependents, alerts, and
/// the changes that come of it. It knows nothing of the real rules; those have tests of their own.
/// </summary>
internal sealed class FakeCity(
    CityMap map,
    IReadOnlyDictionary<string, string[]> dependents,
    IReadOnlyDictionary<string, (string Service, string Segment)[]> supplies)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _levels = map.Segments.ToDictionary(shape => shape.Name, shape => shape.NormallyOpen ? 0 : 1000);
    private readonly Dictionary<string, Alert> _alerts = [];
    private readonly List<Cascade> _cascades = [];
    private int _version;

    /// <summary>A change to be sent to whoever watches.</summary>
    public event Action<CityChanges>? Changed;

    public CityMap Map => map;

    public CityChanges Snapshot()
    {
        lock (_gate)
        {
            var changes = Next();
            changes.Snapshot = true;
            changes.Segments.Add(_levels.Select(pair => new SegmentChange { Name = pair.Key, LevelPermille = pair.Value, CeilingPermille = pair.Value }));
            changes.Zones.Add(map.Zones.Select(Zone));
            changes.Sensors.Add(map.Sensors.Select(shape => new SensorChange { Name = shape.Name, Quality = SensorQuality.Good, Value = 1, ObserveTime = Now }));
            changes.Guards.Add(map.Guards.Select(shape => new GuardChange { Name = shape.Name, Duty = GuardDuty.Available, Position = shape.Position }));
            changes.Alerts.Add(_alerts.Values.Where(alert => alert.State != AlertState.Cleared));
            return changes;
        }
    }

    /// <summary>Sets a segment and what depends on it, as one cascade.</summary>
    public void Set(string segment, int level)
    {
        CityChanges changes;
        lock (_gate)
        {
            var names = new List<string> { segment };
            names.AddRange(dependents.GetValueOrDefault(segment, []));
            var lowered = names.Count(name => _levels[name] > level);
            changes = Next();
            var cascade = new Cascade { Name = $"cascades/{_cascades.Count + 1}", DecideTime = Now, Changes = { new CeilingChange { Segment = segment, CeilingPermille = level } }, Lowered = lowered, Raised = names.Count - lowered };
            cascade.Levels.Add(names.Select(name => new LevelChange { Segment = name, BeforePermille = _levels[name], AfterPermille = level }));
            _cascades.Add(cascade);
            changes.Cascades.Add(new CascadeNotice { Name = cascade.Name, DecideTime = cascade.DecideTime, Roots = { segment }, Lowered = cascade.Lowered, Raised = cascade.Raised });
            foreach (var name in names)
            {
                _levels[name] = level;
                changes.Segments.Add(new SegmentChange { Name = name, LevelPermille = level, CeilingPermille = name == segment ? level : 1000 });
            }

            changes.Zones.Add(map.Zones.Where(zone => supplies.GetValueOrDefault(zone.Name, []).Any(supply => names.Contains(supply.Segment))).Select(Zone));
        }

        Changed?.Invoke(changes);
    }

    /// <summary>The cascades so far, newest first.</summary>
    public IReadOnlyList<Cascade> Cascades()
    {
        lock (_gate)
        {
            return [.. _cascades.AsEnumerable().Reverse()];
        }
    }

    public void Raise(string id, AlertSeverity severity, string text, string subject) => Put(new Alert
    {
        Name = "alerts/" + id, Severity = severity, State = AlertState.Raised, Text = text, Code = "test", Subject = subject, RaiseTime = Now, Count = 1,
    });

    public void Acknowledge(string name, string principal)
    {
        Alert alert;
        lock (_gate)
        {
            alert = _alerts[name].Clone();
        }

        (alert.State, alert.AcknowledgedBy, alert.AcknowledgeTime) = (AlertState.Acknowledged, principal, Now);
        Put(alert);
    }

    public Segment Segment(string name)
    {
        var shape = map.Segments.Single(candidate => candidate.Name == name);
        lock (_gate)
        {
            var segment = new Segment { Name = name, DisplayName = shape.DisplayName, Kind = shape.Kind, Service = shape.Service, LevelPermille = _levels[name], CeilingPermille = 1000, NormallyOpen = shape.NormallyOpen };
            if (_levels[name] < 1000 && dependents.ContainsKey(name))
            {
                segment.CeilingPermille = _levels[name];
                segment.Causes.Add(Command(_levels[name]));
            }

            return segment;
        }
    }

    public Zone ZoneOf(string name)
    {
        lock (_gate)
        {
            var change = Zone(map.Zones.Single(zone => zone.Name == name));
            var status = new ZoneStatus { WorstLevelPermille = change.WorstLevelPermille, Health = change.Health, PeopleAffected = change.PeopleAffected, AsOfTime = Now, Coverage = new SensorCoverage { Expected = 2, Reporting = 2, Sensing = Sensing.Full } };
            status.Services.Add(change.Levels.OrderBy(pair => pair.Key).Select(pair => new ServiceStatus { Service = pair.Key, LevelPermille = pair.Value }));
            status.WorstService = status.Services.Where(service => service.LevelPermille < 1000).OrderBy(service => service.LevelPermille).FirstOrDefault()?.Service ?? "";
            return new Zone { Name = name, DisplayName = map.Zones.Single(zone => zone.Name == name).DisplayName, Kind = ZoneKind.Zone, PeopleByDay = 900, PeopleByNight = 1100, Status = status };
        }
    }

    public Explanation Explain(string name)
    {
        lock (_gate)
        {
            var explanation = new Explanation { Name = name, AsOfTime = Now };
            foreach (var link in Chain(name))
            {
                explanation.Links.Add(link);
                link.Depth = explanation.Links.Count - 1;
            }

            explanation.LevelPermille = explanation.Links[0].LevelPermille;
            return explanation;
        }
    }

    private static Timestamp Now => Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow());

    private static Cause Command(int level) => new() { Cause_ = "command", LevelPermille = level, Principal = "tester", Reason = "a test of the console", SinceTime = Now };

    // From a zone to the segment that fails it, from that to what it depends on, and there the order that was given.
    private IEnumerable<ExplanationLink> Chain(string name)
    {
        if (supplies.TryGetValue(name, out var supply))
        {
            var (service, segment) = supply.MinBy(pair => _levels[pair.Segment]);
            yield return Link(name, _levels[segment], ExplanationReason.Service, segment, $"{service} = {segment["segments/".Length..]}");
            name = segment;
        }

        if (dependents.FirstOrDefault(pair => pair.Value.Contains(name)).Key is { } root)
        {
            yield return Link(name, _levels[name], ExplanationReason.Supply, root, $"supply = {root["segments/".Length..]}");
            name = root;
        }

        var head = Link(name, _levels[name], ExplanationReason.Ceiling, "", "");
        head.Causes.Add(Command(_levels[name]));
        yield return head;
    }

    private ExplanationLink Link(string name, int level, ExplanationReason reason, string supplier, string rule) => new()
    {
        Name = name, LevelPermille = level, Reason = reason, Supplier = supplier, SupplierLevelPermille = _levels.GetValueOrDefault(supplier), Rule = rule, Cascade = "cascades/1",
    };

    private CityChanges Next() => new() { ResumeToken = $"1-{++_version}", AsOfTime = Now, CityHash = map.CityHash };

    private void Put(Alert alert)
    {
        CityChanges changes;
        lock (_gate)
        {
            _alerts[alert.Name] = alert;
            changes = Next();
            changes.Alerts.Add(alert);
        }

        Changed?.Invoke(changes);
    }

    private ZoneChange Zone(ZoneShape shape)
    {
        var change = new ZoneChange { Name = shape.Name, WorstLevelPermille = 1000, SensorsExpected = 1, SensorsReporting = 1 };
        foreach (var (service, segment) in supplies.GetValueOrDefault(shape.Name, []))
        {
            change.Levels[service] = _levels[segment];
            change.WorstLevelPermille = Math.Min(change.WorstLevelPermille, _levels[segment]);
        }

        change.Health = change.WorstLevelPermille switch { 1000 => Health.Normal, 0 => Health.Dark, _ => Health.Degraded };
        change.PeopleAffected = change.WorstLevelPermille < 1000 ? 1000 : 0;
        return change;
    }
}
