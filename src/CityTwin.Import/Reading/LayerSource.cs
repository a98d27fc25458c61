using System.Collections.Immutable;
using System.Text.Json;

namespace CityTwin.Import.Reading;

/// <summary>One file of a layer, as the manifest tells it.</summary>
/// <param name="IsTable">True for CSV.</param>
/// <param name="LongitudeColumn">For a table: the column with degrees east.</param>
/// <param name="LatitudeColumn">For a table: the column with degrees north.</param>
/// <param name="Properties">Our property name to the file's own; others keep ours.</param>
/// <param name="Defaults">Our property name to the value of features that have none.</param>
/// <param name="IsForeign">True when the manifest renames properties: then the file is somebody else's, and what it holds besides is left alone.</param>
internal sealed record LayerSource(
    string File,
    bool IsTable,
    string LongitudeColumn,
    string LatitudeColumn,
    ImmutableDictionary<string, string> Properties,
    ImmutableDictionary<string, JsonElement> Defaults,
    bool IsForeign);
