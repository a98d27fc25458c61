using System.Text.Json;
using CityTwin.Core.Model;

namespace CityTwin.Import.Reading;

/// <summary>One feature of a layer, or one row of a table.</summary>
/// <param name="Place">The feature or row as a whole.</param>
/// <param name="Id">Its id where it has a good one.</param>
/// <param name="Geometry">The geometry object; null where there is none.</param>
/// <param name="Point">For a row of a table: its position; the numbers are not checked yet.</param>
internal sealed record FeatureRow(Place Place, string? Id, JsonElement? Geometry, LonLat? Point, Place GeometryPlace, Fields Fields);
