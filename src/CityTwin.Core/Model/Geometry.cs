using System.Collections.Immutable;

namespace CityTwin.Core.Model;

/// <summary>A place on earth, WGS 84, in degrees: longitude -180..180, latitude -90..90 (RFC 7946 order).</summary>
[GenerateSerializer, Alias("lon-lat"), Immutable]
public readonly record struct LonLat(double Longitude, double Latitude);

/// <summary>An area with holes. The first ring is the outline; each ring is closed (first point = last point).</summary>
public sealed record Polygon(ImmutableArray<ImmutableArray<LonLat>> Rings);
