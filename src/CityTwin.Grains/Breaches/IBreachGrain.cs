using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Running;
using Orleans.Concurrency;

namespace CityTwin.Grains.Breaches;

/// <summary>One kept breach: takes the order, hands its parts out to all silos, and keeps the report.</summary>
[Alias("CityTwin.IBreachGrain")]
public interface IBreachGrain : ISleeper, IInspectable
{
    /// <summary>Takes the order, unless there is one already.</summary>
    /// <returns>Where it stands, with the order that counts.</returns>
    Task<BreachRecord> Order(BreachOrder order);

    /// <summary>Where it stands now, which may be ahead of what is saved; null when nobody ordered it.</summary>
    [AlwaysInterleave]
    Task<BreachRecord?> Read();

    /// <summary>What its single runs came to, by part: of all of them once it has succeeded, or of none where there were too many.</summary>
    [AlwaysInterleave]
    Task<ImmutableArray<RunNotes>> Notes();

    /// <summary>Waits until it stands elsewhere than the caller knows, for a bounded time.</summary>
    /// <returns>Where it stands; null when it was deleted.</returns>
    [AlwaysInterleave]
    Task<BreachStatus?> Beyond(BreachStatus known);

    /// <summary>Stops it at once, on all silos; one that is done stays as it is.</summary>
    /// <returns>Null when nobody ordered it.</returns>
    Task<BreachRecord?> Cancel(string by);

    /// <summary>Stops and forgets it.</summary>
    /// <returns>False when nobody ordered it.</returns>
    Task<bool> Delete();
}

/// <summary>A kept breach, whole.</summary>
/// <param name="ScenarioJson">As it was given.</param>
/// <param name="ReportJson">Null until it has succeeded.</param>
[GenerateSerializer, Alias("breach-record"), Immutable]
public sealed record BreachRecord(BreachStatus Status, string ScenarioJson, string? ReportJson);
