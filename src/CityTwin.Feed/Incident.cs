using CityTwin.Core.Model;

namespace CityTwin.Feed;

/// <summary>Something that happens in the field. The closed family is <see cref="SwitchMoves"/> and <see cref="EventHappens"/>.</summary>
internal abstract record Incident(Sensor Sensor, DateTimeOffset At);

/// <summary>A switch or machine changes its position, by itself or by repair.</summary>
internal sealed record SwitchMoves(Sensor Sensor, DateTimeOffset At, string Word) : Incident(Sensor, At);

/// <summary>A sensor notices something.</summary>
internal sealed record EventHappens(Sensor Sensor, DateTimeOffset At, string Class, double Confidence) : Incident(Sensor, At);
