namespace CityTwin.Console.Panels;

/// <summary>A tab of the lists; <paramref name="Count"/> is shown beside its title when above zero.</summary>
public sealed record Tab(string Id, string Title, int? Count);
