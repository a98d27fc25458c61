using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Api.Definitions;

/// <summary>How definitions are read, written, compared and kept. The host brings it, so that online and offline read alike.</summary>
/// <param name="Read">Reads a bundle, telling all faults at once; it never throws.</param>
/// <param name="Write">The canonical bundle of a city.</param>
/// <param name="Compare">What must happen to the first for it to become the second.</param>
/// <param name="Keep">Stores a definition, so that every silo can load it by its hash.</param>
public sealed record CityDefinitions(
    Func<ReadOnlyMemory<byte>, DefinitionReading> Read,
    Func<City, ReadOnlyMemory<byte>> Write,
    Func<City, City, IReadOnlyList<CityDifference>> Compare,
    Func<City, CancellationToken, Task> Keep);

/// <summary>A definition, or why there is none.</summary>
public sealed record DefinitionReading(City? City, ImmutableArray<DefinitionFault> Faults);

/// <summary>What is wrong, or doubtful, with a definition.</summary>
/// <param name="Place">File, feature and JSON path.</param>
/// <param name="Code">Stable, for programs.</param>
public sealed record DefinitionFault(bool IsError, string Place, string Code, string Message);

/// <summary>One thing that differs between two definitions.</summary>
/// <param name="Properties">Empty for what is new or gone.</param>
public sealed record CityDifference(DifferenceKind Kind, string Thing, string Id, ImmutableArray<string> Properties);

/// <summary>What became of a thing between two definitions.</summary>
public enum DifferenceKind
{
    Added = 1,
    Removed,
    Changed,
}
