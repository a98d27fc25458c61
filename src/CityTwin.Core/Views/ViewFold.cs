using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Zones;

namespace CityTwin.Core.Views;

/// <summary>Applies rows of the change log to a version of the city, and derives again what they touch.</summary>
internal sealed class ViewFold
{
    private readonly CityIndex _index;
    private readonly PagedArray<SegmentView>.Editor _segments;
    private readonly PagedArray<SensorView>.Editor _sensors;
    private readonly PagedArray<GuardView>.Editor _guards;
    private readonly PagedArray<AssetView>.Editor _assets;
    private readonly PagedArray<ConduitView>.Editor _conduits;
    private readonly ImmutableSortedDictionary<AlertId, AlertView>.Builder _alerts;
    private readonly ZoneFold _zones;
    private CityVersion _version;

    public ViewFold(CityVersion origin)
    {
        _version = origin;
        _index = origin.Index;
        _segments = origin.Segments.Edit();
        _sensors = origin.Sensors.Edit();
        _guards = origin.Guards.Edit();
        _assets = origin.Assets.Edit();
        _conduits = origin.Conduits.Edit();
        _alerts = origin.Alerts.ToBuilder();
        _zones = new(origin);
    }

    /// <summary>Rows of an unknown kind, or about what the definition does not have, change nothing but the place in the log.</summary>
    public void Apply(PublishedRow row)
    {
        switch (row)
        {
            case { Kind: PublishedKind.Sensor, Record: SensorStatus status } when _index.Find(status.Id) is { } sensor:
                Take(sensor, status, row.Seq);
                break;
            case { Kind: PublishedKind.Segment, Record: SegmentFacts facts } when _index.Find(facts.Id) is { } segment:
                _segments[segment] = _segments[segment] with { Facts = facts, ChangedAt = row.Seq };
                break;
            case { Kind: PublishedKind.Zone, Record: ZoneFacts facts } when _index.Find(facts.Id) is { } zone:
                Take(zone, facts, row.Seq);
                break;
            case { Kind: PublishedKind.Guard, Record: GuardStatus status } when _index.Find(status.Id) is { } guard:
                Count(guard, _guards[guard].Status, status, row.Seq);
                _guards[guard] = new(status, row.Seq);
                break;
            case { Kind: PublishedKind.Asset } when _index.Find(new AssetId(row.Key)) is { } asset:
                Take(asset, row.Record as AssetStatus, row.Seq);
                break;
            case { Kind: PublishedKind.Conduit } when _index.Find(new ConduitId(row.Key)) is { } conduit:
                Take(conduit, row.Record as ConduitStatus, row.Seq);
                break;
            case { Kind: PublishedKind.Alert }:
                Take(row);
                break;
            case { Kind: PublishedKind.Batch, Record: BatchDecided batch } when batch.Number > _version.Batch:
                Take(batch, row.Seq);
                break;
            case { Kind: PublishedKind.Checkpoint, Record: KernelCheckpoint checkpoint } when checkpoint.Number > _version.Batch:
                Take(checkpoint, row.Seq);
                break;
        }

        _version = _version with { Seq = row.Seq, AsOf = row.At };
    }

    public CityVersion Finish()
    {
        var next = _version with
        {
            Segments = _segments.Finish(),
            Sensors = _sensors.Finish(),
            Guards = _guards.Finish(),
            Assets = _assets.Finish(),
            Conduits = _conduits.Finish(),
            Alerts = _alerts.ToImmutable(),
        };
        return next with { Zones = _zones.Finish(next) };
    }

    public void Take(int sensor, SensorStatus? status, long seq)
    {
        var before = _sensors[sensor];
        Put(sensor, before, before with { Status = status?.In(_index.City.Sensors[sensor]), ChangedAt = seq }, seq);
        if (status?.ObservedAt is { } observed)
        {
            _zones.Observe(_index.ZoneOfSensor[sensor], observed);
        }
    }

    /// <summary>Derives again whether a sensor has what it needs to work.</summary>
    public void Supply(int sensor, long seq)
    {
        var before = _sensors[sensor];
        var available = ExpressionRules.Evaluate(
            _index.City.Sensors[sensor].Availability, id => _segments[_index.Find(id)!.Value].LevelPermille);
        if (available != before.AvailabilityPermille)
        {
            Put(sensor, before, before with { AvailabilityPermille = available, ChangedAt = seq }, seq);
        }
    }

    public void Take(int zone, ZoneFacts? facts, long seq) => _zones.Take(zone, facts, seq);

    /// <param name="status">Null = as if nothing had ever been heard of it.</param>
    public void Take(int asset, AssetStatus? status, long seq)
    {
        var before = _assets[asset].Status;
        var after = status ?? AssetStatus.New(before.Id);
        _assets[asset] = new(after, seq);
        _version = _version with { AttackAt = seq };
        if (_index.ZoneOfAsset[asset] is >= 0 and var zone)
        {
            _zones.Add(zone, ZoneRules.TallyOf(after) - ZoneRules.TallyOf(before), seq);
        }
    }

    /// <param name="status">Null = as if nobody had ever touched it.</param>
    public void Take(int conduit, ConduitStatus? status, long seq)
    {
        _conduits[conduit] = new(status ?? ConduitStatus.New(_conduits[conduit].Status.Id), seq);
        _version = _version with { AttackAt = seq };
    }

    public void Take(AlertStatus status, long seq)
    {
        var before = _alerts.GetValueOrDefault(status.Id)?.Status;
        Count(before, status, seq);
        _alerts[status.Id] = new(status, seq);
    }

    public void Count(int guard, GuardStatus before, GuardStatus after, long seq)
    {
        var definition = _index.City.Guards[guard];
        foreach (var (status, sign) in new[] { (before, -1), (after, 1) })
        {
            if (ZoneRules.TallyOf(definition, status) is { } counted && _index.Find(counted.Zone) is { } zone)
            {
                _zones.Add(zone, sign > 0 ? counted.Tally : default(ZoneTally) - counted.Tally, seq);
            }
        }
    }

    private void Take(PublishedRow row)
    {
        if (row.Record is AlertStatus status)
        {
            Take(status, row.Seq);
        }
        else if (_alerts.GetValueOrDefault(new(row.Key)) is { } gone)
        {
            Count(gone.Status, null, row.Seq);
            _alerts.Remove(gone.Status.Id);
            var removals = _version.AlertRemovals.Add(new(gone.Status.Id, row.Seq));
            _version = removals.Count <= CityVersion.RemovalsMax
                ? _version with { AlertRemovals = removals }
                : _version with { AlertRemovals = removals.RemoveAt(0), RemovalsKnownAfter = removals[0].ChangedAt };
        }
    }

    private void Count(AlertStatus? before, AlertStatus? after, long seq)
    {
        foreach (var (status, sign) in new[] { (before, -1), (after, 1) })
        {
            if (status?.Zone is { } id && _index.Find(id) is { } zone)
            {
                var tally = ZoneRules.TallyOf(status);
                _zones.Add(zone, sign > 0 ? tally : default(ZoneTally) - tally, seq);
            }
        }
    }

    private void Take(BatchDecided batch, long seq)
    {
        foreach (var change in batch.Changes)
        {
            if (_index.Find(change.Segment) is { } segment)
            {
                _segments[segment] = _segments[segment] with
                {
                    CeilingPermille = change.CeilingPermille, CauseVersion = change.Version, ChangedAt = seq,
                };
            }
        }

        var steps = ImmutableArray.CreateBuilder<LevelStep>();
        foreach (var settled in batch.Settled)
        {
            if (_index.Find(settled.Segment) is not { } segment)
            {
                continue;
            }

            var before = _segments[segment];
            var moved = before.LevelPermille != settled.LevelPermille;
            _segments[segment] = before with
            {
                LevelPermille = settled.LevelPermille,
                Operator = settled.Operator,
                NextTimer = settled.NextTimer,
                LevelBatch = moved ? batch.Number : before.LevelBatch,
                LastDecided = batch.Number,
                ChangedAt = seq,
            };
            if (moved)
            {
                steps.Add(new(settled.Segment, before.LevelPermille, settled.LevelPermille));
                Follow(segment, seq);
            }
        }

        var cascades = _version.Cascades.Add(new(batch, steps.ToImmutable(), seq));
        _version = _version with
        {
            Batch = batch.Number,
            BatchAt = batch.At,
            LevelsAt = seq,
            Cascades = cascades.Count <= CityVersion.CascadesMax ? cascades : cascades.RemoveAt(0),
        };
    }

    private void Take(KernelCheckpoint checkpoint, long seq)
    {
        foreach (var settled in checkpoint.Segments)
        {
            if (_index.Find(settled.Segment) is { } segment)
            {
                _segments[segment] = _segments[segment] with
                {
                    CeilingPermille = settled.CeilingPermille,
                    CauseVersion = settled.CauseVersion,
                    LevelPermille = settled.LevelPermille,
                    Operator = settled.Operator,
                    NextTimer = settled.NextTimer,
                    LevelBatch = settled.LevelBatch ?? settled.LastDecided,
                    LastDecided = settled.LastDecided,
                    ChangedAt = seq,
                };
                Follow(segment, seq);
            }
        }

        _version = _version with { Batch = checkpoint.Number, BatchAt = checkpoint.At, LevelsAt = seq };
    }

    /// <summary>A level moved: the zones it serves and the sensors it feeds move with it.</summary>
    private void Follow(int segment, long seq)
    {
        foreach (var zone in _index.ZonesServedBy[segment])
        {
            _zones.Touch(zone, seq);
        }

        foreach (var sensor in _index.SensorsFedBy[segment])
        {
            Supply(sensor, seq);
        }
    }

    private void Put(int sensor, SensorView before, SensorView after, long seq)
    {
        _sensors[sensor] = after;
        _zones.Add(_index.ZoneOfSensor[sensor], ZoneRules.TallyOf(after) - ZoneRules.TallyOf(before), seq);
    }
}
