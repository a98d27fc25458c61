using CityTwin.Core.Model;

namespace CityTwin.Core.Alerts;

/// <summary>
/// What the one source of an alert says of it. Delivered at least once and in any order; <see cref="Version"/>
/// tells old from new. The closed family is <see cref="AlertRaised"/> and <see cref="AlertCleared"/>.
/// </summary>
/// <param name="Id">The alert; all its signals come from one source.</param>
/// <param name="At">When it happened.</param>
/// <param name="Version">Grows with each signal of this source.</param>
[GenerateSerializer, Alias("alert-signal"), Immutable]
public abstract record AlertSignal(AlertId Id, DateTimeOffset At, long Version);

/// <summary>The cause is there (again).</summary>
/// <param name="Zone">The zone it is shown in.</param>
/// <param name="Text">One sentence for people, with value and limit where there are any.</param>
[GenerateSerializer, Alias("alert-raised"), Immutable]
public sealed record AlertRaised(AlertId Id, DateTimeOffset At, long Version, AlertSeverity Severity, ZoneId? Zone, string Text)
    : AlertSignal(Id, At, Version);

/// <summary>The cause is gone.</summary>
[GenerateSerializer, Alias("alert-cleared"), Immutable]
public sealed record AlertCleared(AlertId Id, DateTimeOffset At, long Version) : AlertSignal(Id, At, Version);
