using CityTwin.Core.Alerts;

namespace CityTwin.Core.Views;

/// <summary>An alert in one version of the city.</summary>
public sealed record AlertView(AlertStatus Status, long ChangedAt) : IChanging;

/// <summary>An alert that was forgotten.</summary>
public sealed record AlertRemoval(AlertId Id, long ChangedAt) : IChanging;
