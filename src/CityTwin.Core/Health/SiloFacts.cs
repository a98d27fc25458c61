using System.Collections.Immutable;

namespace CityTwin.Core.Health;

/// <summary>How a silo of the cluster looks from another one.</summary>
public enum SiloStanding
{
    /// <summary>It works.</summary>
    Active,

    /// <summary>It comes up.</summary>
    Joining,

    /// <summary>It stops as it was told to.</summary>
    Leaving,

    /// <summary>It stopped in order, or another one has taken its place.</summary>
    Gone,

    /// <summary>It was declared dead while it should have worked, and none has taken its place.</summary>
    Lost,
}

/// <summary>A silo of the cluster, as the answering one sees it.</summary>
/// <param name="Since">When it was first seen to stand so.</param>
public sealed record SiloSeen(string Name, string Address, SiloStanding Standing, DateTimeOffset Since);

/// <summary>A certificate that a silo shows.</summary>
/// <param name="File">What it is known by.</param>
/// <param name="Ends">From then on nobody believes it.</param>
public sealed record CertificateSeen(string File, DateTimeOffset Ends);

/// <summary>What a silo knows of itself at one instant: all that <see cref="HealthRules"/> looks at.</summary>
public sealed record SiloFacts
{
    /// <summary>Its name within the cluster.</summary>
    public required string Silo { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>How long it has run.</summary>
    public required TimeSpan Up { get; init; }

    /// <summary>It was told to stop.</summary>
    public bool IsStopping { get; init; }

    /// <summary>The cluster as it sees it, itself included.</summary>
    public ImmutableArray<SiloSeen> Silos { get; init; } = [];

    /// <summary>The highest sequence of the change log that it knows of.</summary>
    public long LogHead { get; init; }

    /// <summary>How far its view has come; null = the city is not read yet.</summary>
    public long? ViewSeq { get; init; }

    /// <summary>How long the oldest change that its view lacks has waited; zero when none does.</summary>
    public TimeSpan ViewBehind { get; init; }

    /// <summary>Writes handed to the storage and not yet taken into a group.</summary>
    public int WritesWaiting { get; init; }

    /// <summary>With so many, further writers wait.</summary>
    public int WritesWaitingMax { get; init; } = int.MaxValue;

    /// <summary>Why writes fail now; null = they do not.</summary>
    public string? WritesFail { get; init; }

    /// <summary>What keeps messages from coming in or going out; null = nothing known.</summary>
    public string? BrokerTrouble { get; init; }

    /// <summary>Since a reading or event was last stored here, or since the start.</summary>
    public TimeSpan Silent { get; init; }

    /// <summary>Sensors of the city that should report.</summary>
    public int SensorsExpected { get; init; }

    /// <summary>Those whose newest reading is good and fresh.</summary>
    public int SensorsReporting { get; init; }

    /// <summary>Readings and events stored a second, over the last minute.</summary>
    public double TakenPerSecond { get; init; }

    /// <summary>What came in and was not taken, a second, over the last minute.</summary>
    public double MalformedPerSecond { get; init; }

    /// <summary>Messages that came in and wait for room among those being stored.</summary>
    public long MessagesWaiting { get; init; }

    /// <summary>For how long some have waited without a pause.</summary>
    public TimeSpan RoomShort { get; init; }

    /// <summary>Entries that are not in the audit log yet.</summary>
    public long AuditWaiting { get; init; }

    /// <summary>With so many, further ones are only counted.</summary>
    public long AuditWaitingMax { get; init; } = long.MaxValue;

    /// <summary>Open watches and event streams.</summary>
    public long Watches { get; init; }

    /// <summary>Those whose receiver does not take what was sent.</summary>
    public long WatchesFull { get; init; }

    /// <summary>Tells in the outboxes of grains here that have not arrived yet.</summary>
    public long TellsWaiting { get; init; }

    /// <summary>Tells whose receiver has failed to take them several times.</summary>
    public long TellsStuck { get; init; }

    /// <summary>Sleepers that were due and could not be woken.</summary>
    public long SleepersStuck { get; init; }

    /// <summary>Of the certificates that it shows the one that ends first; null = it shows none.</summary>
    public CertificateSeen? Certificate { get; init; }

    /// <summary>Where the silo keeps what it keeps.</summary>
    public string DataFolder { get; init; } = "";

    /// <summary>Room left there, in bytes; null = not known.</summary>
    public long? DiskFreeBytes { get; init; }
}
