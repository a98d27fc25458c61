using System.Collections.Immutable;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityTwin.Ingest.Leasing;

/// <summary>
/// An external broker that one silo or several use. What the broker keeps for a client is kept under its client id, so these
/// are slots that silos lease: when a silo dies, another takes its slots over and with them the messages that the broker
/// kept. One silo publishes for all. Leases are prolonged on a beat; the messages of a slot that is lost are stored and
/// acknowledged by whoever has it next.
/// </summary>
public sealed partial class ExternalBroker(
    IngestOptions options, Intake intake, IngestInstruments instruments, ILeases leases, TimeProvider time, ILogger<ExternalBroker> log)
    : BackgroundService, IMqttPublisher
{
    /// <summary>
    /// From asking for a lease until it runs out. A silo that dies is known to be dead after about as long; a shorter one would
    /// be lost by silos that are only slow.
    /// </summary>
    internal static readonly TimeSpan Term = TimeSpan.FromSeconds(8);

    /// <summary>Leases are prolonged this often: three may fail before one is lost.</summary>
    internal static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>Who leaves a slot finishes what it has begun to store within this time, or leaves it to the next.</summary>
    private static readonly TimeSpan LeaveMax = TimeSpan.FromSeconds(5);

    private readonly ExternalBrokerOptions _external =
        options.External ?? throw new ArgumentException("No external broker is configured.", nameof(options));

    private readonly string _owner = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";
    private readonly InFlightRoom _room = new(options.InFlightMax, instruments.Waits);
    private ImmutableDictionary<string, LeasedConnection> _connections = ImmutableDictionary.Create<string, LeasedConnection>(StringComparer.Ordinal);
    private string? _leaseTrouble = "The broker is not connected yet.";
    private long _generation;
    private long _terms;

    public long Generation => Interlocked.Read(ref _generation);

    public long Election => Publisher is { HasEnded: false } ? Interlocked.Read(ref _terms) : 0;

    public string? Trouble => Volatile.Read(ref _leaseTrouble)
        ?? Connections.Values.Where(connection => !connection.HasEnded).Select(connection => connection.Trouble).FirstOrDefault(trouble => trouble is not null)
        ?? Publisher?.Denial;

    private SlotNames Names => new(_external.ClientId);

    private ImmutableDictionary<string, LeasedConnection> Connections => Volatile.Read(ref _connections);

    private PublisherConnection? Publisher => Connections.GetValueOrDefault(SlotNames.PublisherLease) as PublisherConnection;

    public Task Publish(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellation) =>
        Publisher is { } publisher
            ? publisher.Publish(topic, payload, retain, cancellation)
            : Task.FromException(new InvalidOperationException("Another silo publishes, or the broker is not connected."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var end = new CancellationTokenSource();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Look(stoppingToken, end.Token).ConfigureAwait(false);
                Volatile.Write(ref _leaseTrouble, null);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Volatile.Write(ref _leaseTrouble, $"What this silo may do at the broker is not known: {failure.Message}");
                LookFailed(failure.Message);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(Beat, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await LeaveAll(end).ConfigureAwait(false);
    }

    private async Task Look(CancellationToken cancellation, CancellationToken end)
    {
        var plan = SlotRules.Plan(_owner, Names, _external.Slots, await leases.Look(cancellation).ConfigureAwait(false));
        foreach (var slot in plan.Leave)
        {
            Connections.GetValueOrDefault(slot)?.Leave();
        }

        // What is left is held until its connection has ended; only then may another connect.
        var left = plan.Leave.Where(slot => Connections.GetValueOrDefault(slot) is null or { HasEnded: true }).ToList();
        if (left.Count > 0)
        {
            await leases.Release(_owner, left, cancellation).ConfigureAwait(false);
            left.ForEach(Forget);
        }

        ImmutableArray<string> wanted = [Names.Presence(_owner), SlotNames.PublisherLease, .. plan.Hold, .. plan.Leave.Except(left)];
        var askedAt = time.GetTimestamp();
        var held = await leases.Hold(_owner, wanted, Term, cancellation).ConfigureAwait(false);
        foreach (var (name, connection) in Connections.Where(pair => !held.Contains(pair.Key)))
        {
            connection.Lease.Lose();
            if (connection.HasEnded)
            {
                Forget(name);
            }
        }

        foreach (var name in wanted[1..].Where(held.Contains))
        {
            Serve(name, askedAt, end);
        }

        instruments.Leased(Connections.Values.Count(connection => connection is SlotConnection), Election > 0);
    }

    /// <summary>Goes on with a connection whose lease was prolonged, or begins one. Where one is still ending, the next beat will do.</summary>
    private void Serve(string name, long askedAt, CancellationToken end)
    {
        if (Connections.GetValueOrDefault(name) is { } known)
        {
            known.Lease.Prolong(askedAt);
            if (!known.HasEnded)
            {
                return;
            }

            Forget(name);
        }

        var lease = new HeldLease(Term, askedAt, time, async cancellation =>
            (await leases.Hold(_owner, [name], Term, cancellation).ConfigureAwait(false)).Contains(name));
        var connection = Connect(name, lease);
        Volatile.Write(ref _connections, Connections.SetItem(name, connection));
        connection.Start(end);
    }

    private LeasedConnection Connect(string name, HeldLease lease)
    {
        if (name != SlotNames.PublisherLease)
        {
            return new SlotConnection(name, options, _external, lease, intake, _room, instruments, time, log);
        }

        Interlocked.Increment(ref _terms);
        return new PublisherConnection(
            Names.Publisher, options, _external, lease, () => Interlocked.Increment(ref _generation), instruments, time, log);
    }

    private void Forget(string name)
    {
        if (Connections.GetValueOrDefault(name) is { } connection)
        {
            Volatile.Write(ref _connections, Connections.Remove(name));
            connection.Dispose();
        }
    }

    /// <summary>Leaves everything to the others in good order, as far as there is time.</summary>
    private async Task LeaveAll(CancellationTokenSource end)
    {
        end.CancelAfter(LeaveMax);
        foreach (var connection in Connections.Values)
        {
            connection.Leave();
        }

        await Task.WhenAll(Connections.Values.Select(connection => connection.Ended)).ConfigureAwait(false);
        using var patience = new CancellationTokenSource(LeaveMax);
        try
        {
            await leases.Release(_owner, [Names.Presence(_owner), .. Connections.Keys], patience.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StorageUnusableException or OperationCanceledException)
        {
            ReleaseFailed(failure.Message);
        }

        foreach (var name in Connections.Keys)
        {
            Forget(name);
        }
    }

    [LoggerMessage(3124, LogLevel.Warning, "Which sessions at the broker are this silo's is not known: {Problem}")]
    private partial void LookFailed(string problem);

    [LoggerMessage(3125, LogLevel.Warning, "The sessions at the broker could not be given up, and run out: {Problem}")]
    private partial void ReleaseFailed(string problem);
}
