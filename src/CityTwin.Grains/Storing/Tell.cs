namespace CityTwin.Grains.Storing;

/// <summary>
/// An occurrence on its way to another grain: saved with the sender's state, delivered at least once; the receiver drops
/// repeats by sender and sequence.
/// </summary>
/// <param name="Sequence">Counts up by one within its sender, from 1.</param>
/// <param name="To">The receiver's grain key; its prefix names the kind of grain.</param>
/// <param name="Message">What happened: an immutable record with a serializer and an alias.</param>
[GenerateSerializer, Alias("tell"), Immutable]
public sealed record Tell(long Sequence, string To, object Message);
