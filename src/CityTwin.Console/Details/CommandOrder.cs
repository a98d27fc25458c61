namespace CityTwin.Console.Details;

/// <summary>What the operator filled in: who, why and, for a failure, how much is left.</summary>
public sealed record CommandOrder(string Principal, string Reason, int? LevelPermille);
