namespace CityTwin.Core.Views;

/// <summary>A row of the change log, read.</summary>
/// <param name="Seq">From 1, without gaps.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Kind">One of <see cref="PublishedKind"/>; views pass over kinds they do not know.</param>
/// <param name="Record">What was published; null says that the key is gone.</param>
public sealed record PublishedRow(long Seq, DateTimeOffset At, string Kind, string Key, object? Record);
