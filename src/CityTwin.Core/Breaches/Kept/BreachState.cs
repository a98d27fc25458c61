using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Kept;

/// <summary>What is kept of a breach: the order, how far it has come, and in the end the report.</summary>
/// <param name="Status">Null together with <paramref name="Order"/>: nobody ordered it, or it was deleted.</param>
/// <param name="Progress">What runs came to so far; null before the first are in, and when it is done.</param>
/// <param name="ReportJson">The bytes of the report as text, once it has succeeded.</param>
/// <param name="Notes">What its single runs came to, once it has succeeded: by part, of all runs or of none.</param>
[GenerateSerializer, Alias("breach-state"), Immutable]
public sealed record BreachState(BreachStatus? Status, BreachOrder? Order, BreachProgress? Progress = null, string? ReportJson = null, ImmutableArray<RunNotes> Notes = default)
{
    public static readonly BreachState None = new(null, null, Notes: []);
}

/// <summary>The parts that are in, and what they came to together.</summary>
/// <param name="Through">All parts below this one.</param>
/// <param name="Beyond">And these above it, sorted: few, because parts are handed out in order.</param>
[GenerateSerializer, Alias("breach-progress"), Immutable]
public sealed record BreachProgress(int Through, ImmutableArray<int> Beyond, BreachPartState Answer);
