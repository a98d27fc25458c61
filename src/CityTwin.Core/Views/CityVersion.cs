using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Simulation;
using CityTwin.Core.Zones;

namespace CityTwin.Core.Views;

/// <summary>
/// The whole city as of one place in the change log. It never changes, so a reader that holds it reads one consistent
/// city for as long as it likes, without locks; two versions share all that did not change between them.
/// </summary>
/// <param name="Epoch">Names the change log; a sequence of another epoch means nothing here.</param>
/// <param name="Seq">The place in the log, 0 before the first row.</param>
/// <param name="AsOf">When that row was committed; null before the first.</param>
/// <param name="Segments">In the order of the definition, like sensors, guards and zones.</param>
/// <param name="Assets">In the order of the definition, like conduits.</param>
/// <param name="Alerts">Sorted by id; cleared ones stay until their owner forgets them.</param>
/// <param name="AlertRemovals">The newest forgotten alerts, oldest first, at most <see cref="RemovalsMax"/>.</param>
/// <param name="RemovalsKnownAfter">Alerts forgotten up to this sequence are not listed.</param>
/// <param name="Cascades">The newest batches, oldest first, at most <see cref="CascadesMax"/>.</param>
/// <param name="Batch">The last decided batch, 0 before the first.</param>
/// <param name="BatchAt">Its instant in ticks.</param>
/// <param name="LevelsAt">The row that last changed any level, battery or window.</param>
/// <param name="AttackAt">The row that last changed any asset or conduit.</param>
public sealed record CityVersion(
    CityIndex Index,
    string Epoch,
    long Seq,
    DateTimeOffset? AsOf,
    PagedArray<SegmentView> Segments,
    PagedArray<SensorView> Sensors,
    PagedArray<GuardView> Guards,
    PagedArray<ZoneView> Zones,
    PagedArray<AssetView> Assets,
    PagedArray<ConduitView> Conduits,
    ImmutableSortedDictionary<Alerts.AlertId, AlertView> Alerts,
    ImmutableList<AlertRemoval> AlertRemovals,
    long RemovalsKnownAfter,
    ImmutableList<CascadeView> Cascades,
    long Batch,
    long BatchAt,
    long LevelsAt,
    long AttackAt)
{
    /// <summary>How many forgotten alerts are remembered for those who resume a watch.</summary>
    public const int RemovalsMax = 10_000;

    /// <summary>Stands for the causes of a segment whose newest change is not in a batch yet.</summary>
    public const string UnsettledCause = "unsettled";

    /// <summary>How many batches are kept for display.</summary>
    public const int CascadesMax = 1_000;

    /// <summary>This version with what a zone says of itself now, if that is newer; its status is derived from it.</summary>
    public CityVersion With(ZoneFacts facts)
    {
        if (Index.Find(facts.Id) is not { } zone || facts.Version <= (Zones[zone].Facts?.Version ?? 0))
        {
            return this;
        }

        var fold = new ViewFold(this);
        fold.Take(zone, facts, Seq);
        return fold.Finish();
    }

    /// <summary>This version with readings that followed what it knows of their sensors, and changed nothing else.</summary>
    public CityVersion With(IReadOnlyList<KeptReading> newer)
    {
        var fold = new ViewFold(this);
        foreach (var kept in newer)
        {
            var reading = kept.Reading;
            if (Index.Find(reading.Sensor) is { } sensor && Sensors[sensor].Status is { } status)
            {
                fold.Take(
                    sensor,
                    status with
                    {
                        Value = reading.Value,
                        ObservedAt = reading.ObservedAt,
                        ReceivedAt = kept.ReceivedAt,
                        Boot = reading.IsNumbered ? reading.Boot : status.Boot,
                        Sequence = reading.IsNumbered ? reading.Sequence : status.Sequence,
                    },
                    Sensors[sensor].ChangedAt);
            }
        }

        return fold.Finish();
    }

    /// <summary>The level of a segment; 1000 for one that this definition does not have.</summary>
    public int LevelOf(SegmentId segment) => Index.Find(segment) is { } place ? Segments[place].LevelPermille : 1000;

    /// <summary>
    /// The kernel's whole state, the start of what-if runs, which then touch nothing of this version. Charges and windows
    /// say themselves since when they hold, so the state serves for any instant until the next timer.
    /// </summary>
    /// <param name="now">The instant to start from, in ticks. It is moved behind the last batch, and before what falls due next.</param>
    public SimulationStart Fork(long now)
    {
        var at = Math.Max(now, BatchAt);
        var segments = ImmutableArray.CreateBuilder<SegmentStart>(Segments.Count);
        for (var i = 0; i < Segments.Count; i++)
        {
            var view = Segments[i];
            at = view.NextTimer is { } due ? Math.Max(BatchAt, Math.Min(at, due - 1)) : at;
            segments.Add(new(Index.City.Segments[i].Id, view.LevelPermille, view.Operator, DecidedCausesOf(i)));
        }

        return new(Index.City.Hash, at, segments.MoveToImmutable());
    }

    /// <summary>The causes of a segment: those it published, else those the definition gives it.</summary>
    public ImmutableArray<Cause> CausesOf(int segment) =>
        Segments[segment].Facts?.Causes ?? SegmentRules.FoundingCauses(Index.City.Segments[segment]);

    /// <summary>The causes as of the last batch. What a segment published since is on its way to the next one.</summary>
    private ImmutableArray<Cause> DecidedCausesOf(int segment)
    {
        var causes = CausesOf(segment);
        var ceiling = Segments[segment].CeilingPermille;
        return (causes.IsEmpty ? 1000 : causes.Min(cause => cause.LevelPermille)) == ceiling ? causes
            : ceiling == 1000 ? []
            : [new(UnsettledCause, ceiling, "coordinator", "as of the last batch", DateTimeOffset.FromUnixTimeMilliseconds(BatchAt))];
    }
}
