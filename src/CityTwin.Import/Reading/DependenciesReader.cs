using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <summary>Reads <c>dependencies.json</c>: the networks, and who depends on whom.</summary>
internal sealed class DependenciesReader(CityFolder folder, CityDraft draft)
{
    private const int LevelMax = 1000;
    private const long SecondsMax = 1_000_000;

    private readonly ExpressionReader _expressions = new(draft.Faults, draft.References, draft.Shared);
    private readonly DependencyTables _tables = new();

    public DependencyTables Read(string file)
    {
        if (!folder.Files.TryGetValue(file, out var bytes))
        {
            draft.Faults.Error(FaultCode.MissingFile, Place.Whole(file),
                $"The file '{file}' with the city's dependencies is not there; add it, or correct its name in {CityFolder.ManifestName}.");
            return _tables;
        }

        using var whole = JsonFile.ParseLong(file, bytes, [Names.Networks, Names.Segments, Names.Zones, Names.Sensors], draft.Faults);
        if (whole is not null && Fields.Of(whole.Root, Place.Root(file), CityFormat.Dependencies, draft.Faults) is { } fields)
        {
            Each(whole, fields, Names.Networks, CityFormat.Network, null, ReadNetwork);
            Each(whole, fields, Names.Segments, CityFormat.SegmentDependencies, EntityKind.Segment, ReadSegment);
            Each(whole, fields, Names.Zones, CityFormat.ZoneDependencies, EntityKind.Zone, ReadZone);
            Each(whole, fields, Names.Sensors, CityFormat.SensorDependencies, EntityKind.Sensor, ReadSensor);
            fields.Close();
        }

        return _tables;
    }

    /// <summary>Goes through a map from id to object.</summary>
    /// <param name="target">What the ids must be ids of; null where they declare something.</param>
    private void Each(LongFile file, Fields fields, string name, ImmutableArray<string> known, EntityKind? target, Action<string, Fields> read)
    {
        foreach (var (given, entry) in fields.Entries(name, known, CityLimits.FeaturesMax, file))
        {
            var id = draft.Shared.Text(given);
            if (target is { } kind)
            {
                draft.References.Add(new Reference(kind, id, entry.Place, id));
            }

            read(id, entry);
        }
    }

    private void ReadNetwork(string id, Fields fields)
    {
        var network = new Network(
            new NetworkId(id), fields.Text(Names.Name, required: false) ?? id, new ServiceId(fields.Id(Names.Service) ?? ""));
        AssumptionReader.Read(fields, id, CityFormat.Network, draft);
        if (draft.Declare(EntityKind.Network, id, fields.Place))
        {
            draft.Networks.Add(network);
        }
    }

    private void ReadSegment(string id, Fields fields)
    {
        var rule = new SegmentRule(
            Expression(fields, Names.Supply, id),
            Expression(fields, Names.Needs, id),
            Backup(fields),
            Lag(fields),
            Membership(fields, id));
        AssumptionReader.Read(fields, id, CityFormat.SegmentParameters, draft);
        _tables.Segments[id] = (rule, fields.Flag(Names.NormallyOpen), fields.Place);
    }

    private void ReadZone(string id, Fields fields)
    {
        AssumptionReader.Read(fields, id, CityFormat.ZoneParameters, draft);
        var place = fields.PlaceOf(Names.Services);
        if (fields.Json(Names.Services) is not { } map || JsonFile.Members(map, place, draft.Faults, id) is not { } members)
        {
            return;
        }

        var services = ImmutableArray.CreateBuilder<ZoneService>(members.Count);
        foreach (var (service, value) in members)
        {
            var at = place.Member(service);
            if (!CityFormat.IsId(service))
            {
                draft.Faults.Error(FaultCode.BadId, at, Fields.IdMessage(service), id);
            }
            else if (Fields.Of(value, at, CityFormat.ZoneService, draft.Faults, id) is { } entry)
            {
                var level = Expression(entry, Names.Level, id, required: true);
                var critical = (int?)entry.OptionalWhole(Names.CriticalBelowPermille, 0, LevelMax);
                entry.Close();
                services.Add(new ZoneService(new ServiceId(service), level ?? new Constant(LevelMax), critical));
            }
        }

        _tables.Zones[id] = services.ToImmutable();
    }

    private void ReadSensor(string id, Fields fields)
    {
        _tables.Sensors[id] = Expression(fields, Names.Availability, id);
        AssumptionReader.Read(fields, id, CityFormat.SensorParameters, draft);
    }

    private Expression? Expression(Fields fields, string name, string feature, bool required = false) =>
        fields.Json(name, required) is { } element ? draft.Shared.Rule(_expressions.Read(element, fields.PlaceOf(name), feature)) : null;

    private Backup? Backup(Fields segment)
    {
        if (segment.Json(Names.Backup) is not { } element ||
            Fields.Of(element, segment.PlaceOf(Names.Backup), CityFormat.Backup, draft.Faults, segment.Feature) is not { } fields)
        {
            return null;
        }

        var backup = new Backup(
            (int)fields.Whole(Names.CoverPermille, 0, LevelMax),
            Ticks(fields.Whole(Names.EnduranceSeconds, 1, SecondsMax)),
            fields.OptionalWhole(Names.RechargeSeconds, 1, SecondsMax) is { } recharge ? Ticks(recharge) : null);
        fields.Close();
        return backup;
    }

    private long? Lag(Fields segment)
    {
        if (segment.Json(Names.Restart) is not { } element ||
            Fields.Of(element, segment.PlaceOf(Names.Restart), CityFormat.Restart, draft.Faults, segment.Feature) is not { } fields)
        {
            return null;
        }

        var lag = Ticks(fields.Whole(Names.LagSeconds, 1, SecondsMax));
        fields.Close();
        return lag;
    }

    private NetworkMembership? Membership(Fields fields, string segment)
    {
        var isSource = fields.Flag(Names.Source);
        var ends = Ends(fields, segment);
        if (!fields.Has(Names.Network))
        {
            if (isSource || ends is not null)
            {
                fields.Error(FaultCode.MissingProperty, Names.Network, "A source or a link belongs to a network; name it in 'network'.");
            }

            return null;
        }

        if (fields.Id(Names.Network) is not { } network)
        {
            return null;
        }

        draft.References.Add(new Reference(EntityKind.Network, network, fields.PlaceOf(Names.Network), segment));
        if (isSource && ends is not null)
        {
            fields.Error(FaultCode.Contradiction, Names.Source, "A link cannot be a source; make one of its ends the source.");
        }

        return new NetworkMembership(new NetworkId(network), ends, isSource);
    }

    private LinkEnds? Ends(Fields fields, string segment)
    {
        if (fields.Json(Names.Ends) is not { } element)
        {
            return null;
        }

        var place = fields.PlaceOf(Names.Ends);
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2)
        {
            draft.Faults.Error(FaultCode.WrongType, place, "A link has two ends: write a list of two segment ids.", segment);
            return null;
        }

        var ids = new string[2];
        for (var end = 0; end < ids.Length; end++)
        {
            var id = element[end].ValueKind == JsonValueKind.String ? JsonFile.Text(element[end]) ?? "" : "";
            if (!CityFormat.IsId(id))
            {
                draft.Faults.Error(FaultCode.BadId, place.Element(end), Fields.IdMessage(id), segment);
                return null;
            }

            draft.References.Add(new Reference(EntityKind.Segment, id, place.Element(end), segment));
            ids[end] = id;
        }

        return new LinkEnds(new SegmentId(ids[0]), new SegmentId(ids[1]));
    }

    private static long Ticks(long seconds) => seconds * SegmentRule.TicksPerSecond;
}
