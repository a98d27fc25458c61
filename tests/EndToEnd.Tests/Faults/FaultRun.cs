using System.Diagnostics;
using CityTwin.Core.Model;
using CityTwin.Feed;
using CityTwin.Import;
using CityTwin.Import.Sample;
using Npgsql;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>
/// A city under load to which things happen, and the accounts afterwards: what publishers and operators were told is there
/// once, levels are those of the replay on every silo, and whoever watched knows what there is.
/// </summary>
internal sealed class FaultRun(FaultyCity city, FaultLog log, int seed, CancellationToken cancellation) : IAsyncDisposable
{
    private const int MessagesPerSecondMax = 100;
    private const int Operators = 3;
    private const int ShownMax = 40;

    /// <summary>So many faults may overlap; then all have to be over and the city well, before more follow: a city that never is proves nothing.</summary>
    private const int FaultsInARow = 5;

    /// <summary>Whatever happened, the city is well again by then: membership, sessions and retries all take less.</summary>
    private static readonly TimeSpan HealMax = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(120);

    /// <summary>For so long the accounts must stay closed: what is told twice may come late.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary>To add all up takes the database and the silos some work, which what is still on its way needs.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(3);

    private static readonly City Town = CityReader.Open(SampleCity.Folder).City!;

    private readonly CancellationTokenSource _keeping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly CancellationTokenSource _loading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly Watching _watching = new(city.Client);
    private readonly Dictionary<string, SemaphoreSlim> _places = [];
    private readonly Dictionary<FaultKind, int> _made = [];
    private readonly LoadFeed _feed = new(
        Town,
        new()
        {
            Port = city.Broker.Port, Connections = 3, Window = 8, Seed = (ulong)seed,
            PerSecondMax = MessagesPerSecondMax, LookForBrokerEvery = TimeSpan.FromMilliseconds(250),
        },
        TimeProvider.System);

    private readonly IReadOnlyList<Orders> _orders =
    [
        .. Enumerable.Range(0, Operators).Select(number => Orders.OverGrpc(
            city.Client, [.. Orders.SegmentsOf(Town).Where((_, place) => place % Operators == number)], (seed * Operators) + number)),
    ];

    private long _toldAt;
    private IReadOnlyList<Task> _kept = [];
    private Task _load = Task.CompletedTask;

    public IReadOnlyDictionary<SensorId, long> Acknowledged => _feed.Acknowledged;

    /// <summary>Begins to watch, to publish and to order.</summary>
    public async Task Begin()
    {
        await Kills.Listens(city.Silos[0].Process, city.Broker.Port, Town.Sensors.First(sensor => sensor.Kind == "voltage").Id);
        log.Say("the silos serve, and the first one listens to the broker");
        _kept = [.. city.Silos.Select(silo => silo.Run(_keeping.Token)), _watching.Run(_keeping.Token)];
        _load = Task.WhenAll([_feed.Run(_loading.Token), .. _orders.Select(orders => orders.Run(_loading.Token, cancellation))]);
        await UntilWell();
    }

    /// <summary>Lets all of it happen.</summary>
    public async Task Suffer(IEnumerable<Fault> faults)
    {
        foreach (var row in faults.Chunk(FaultsInARow))
        {
            var happening = new List<Task>();
            foreach (var fault in row)
            {
                // The moment itself is drawn: nothing is waited for.
                await Task.Delay(fault.After, cancellation);
                if (!_places.TryGetValue(fault.Place, out var place))
                {
                    _places[fault.Place] = place = new(1, 1);
                }

                await place.WaitAsync(cancellation);
                happening.Add(Happen(fault, place));
            }

            await Task.WhenAll(happening);
            await UntilWell();
        }
    }

    /// <summary>Waits until each sensor has been heard once more.</summary>
    public async Task UntilAllAreHeardAgain()
    {
        var before = new Dictionary<SensorId, long>(_feed.Acknowledged);
        await SiloProcess.Until(
            "each sensor was acknowledged once more",
            () => Task.FromResult(Town.Sensors.All(sensor => _feed.Acknowledged.GetValueOrDefault(sensor.Id) > before.GetValueOrDefault(sensor.Id) + 1)),
            SettleMax, cancellation);
    }

    /// <summary>Ends the load, and waits until nothing is open or, for so long, something stays open.</summary>
    /// <returns>What does not add up; empty = all does.</returns>
    public async Task<IReadOnlyList<string>> Settle(TimeSpan? atMost = null)
    {
        await _loading.CancelAsync();
        await _load;
        log.Say($"the load has ended: {Counts()}");
        using var kept = city.ReadLog();
        var accounts = new Accounts(Town, kept, LoadFeed.EventClass, readingsMayBeLate: true);
        var confirmed = _orders.SelectMany(orders => orders.Confirmed).ToDictionary();
        IReadOnlyList<string> open = [];
        long? closedSince = null;
        try
        {
            await SiloProcess.Until("all accounts are closed", async () =>
            {
                await Task.Delay(LookEvery, cancellation);
                kept.ReadOn();
                open = [.. accounts.Open(_feed.Acknowledged, confirmed, await Task.WhenAll(city.Silos.Select(silo => silo.Process.Levels(cancellation)))), .. await Unseen()];
                Tell(open);
                closedSince = open.Count > 0 ? null : closedSince ?? Stopwatch.GetTimestamp();
                return closedSince is { } since && Stopwatch.GetElapsedTime(since) >= Quiet;
            }, atMost ?? SettleMax, cancellation);
            var events = kept.Sensors.Values.Sum(sensor => sensor.Last!.EventCount);
            log.Say($"all adds up: {Counts()}; {events} events, {kept.Seq} rows of the log, {kept.Batches.Count} batches replayed; {_watching.Messages} messages watched with {_watching.Gaps} gaps");
            return [];
        }
        catch (TimeoutException)
        {
            open = open.Count == 0 ? ["The accounts close and open again."] : open;
            log.Say($"{open.Count} things do not add up:\n{string.Join('\n', open)}\nWhere history breaks:\n{string.Join('\n', kept.Breaks().Take(ShownMax))}");
            return open;
        }
    }

    /// <summary>What is still on its way, now and then: what takes long shows where something waits.</summary>
    private void Tell(IReadOnlyList<string> open)
    {
        if (open.Count > 0 && Stopwatch.GetElapsedTime(_toldAt) > TellEvery)
        {
            _toldAt = Stopwatch.GetTimestamp();
            log.Say($"{open.Count} things are open, such as {open[0]}, {open[^1]}");
        }
    }

    public string Told(IReadOnlyList<string> open) =>
        $"seed {seed}: {open.Count} things do not add up (tests/faults.sh --seed {seed} plays the same faults; what happened is in {FaultLog.Folder}):\n{string.Join('\n', open.Take(ShownMax))}";

    public bool HasDoneEnough => _feed.AcknowledgedCount > 0 && _orders.All(orders => orders.Confirmed.Count > 0);

    private string Counts() =>
        $"{_feed.AcknowledgedCount} messages acknowledged, {_orders.Sum(orders => orders.Count)} orders confirmed after {_orders.Sum(orders => orders.Repeats)} repeats, "
        + $"{string.Join(", ", _made.OrderBy(made => made.Key).Select(made => $"{made.Key} {made.Value}"))}; {city.Silos.Sum(silo => silo.EndedByItself)} times a silo ended by itself";

    public async ValueTask DisposeAsync()
    {
        await _keeping.CancelAsync();
        await _loading.CancelAsync();
        await Task.WhenAll([.. _kept, _load]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _keeping.Dispose();
        _loading.Dispose();
    }

    private async Task Happen(Fault fault, SemaphoreSlim place)
    {
        if (fault.Kind == FaultKind.DiskFull && city.Disk is null)
        {
            log.Say($"{fault.Number}. {fault}: not made, because one may not mount here");
            place.Release();
            return;
        }

        _made[fault.Kind] = _made.GetValueOrDefault(fault.Kind) + 1;
        log.Say($"{fault.Number}. {fault}");
        await Begin(fault);
        await Task.Delay(fault.Lasts, cancellation);
        await End(fault);
        log.Say($"{fault.Number}. over");
        place.Release();
    }

    private Task Begin(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.SiloKilled:
                return city.Silos[fault.Silo].Kill(cancellation);
            case FaultKind.SiloStopped:
                return city.Silos[fault.Silo].Process.Signal("STOP", cancellation);
            case FaultKind.DatabaseRestarted:
                return city.Database.Stop(cancellation);
            case FaultKind.DatabaseCrashed:
                return city.Database.Crash(cancellation);
            case FaultKind.DiskFull:
                return city.Disk!.Fill(cancellation);
            case FaultKind.BrokerRestarted:
                return city.Broker.Stop(inOrder: true);
            default:
                LineOf(fault).Set(fault.Line);
                return Task.CompletedTask;
        }
    }

    private Task End(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.SiloKilled:
                city.Silos[fault.Silo].LetStart();
                return Task.CompletedTask;
            case FaultKind.SiloStopped:
                return city.Silos[fault.Silo].Process.Signal("CONT", cancellation);
            case FaultKind.DatabaseRestarted or FaultKind.DatabaseCrashed:
                return city.Database.Run(cancellation);
            case FaultKind.DiskFull:
                return city.Disk!.Free(cancellation);
            case FaultKind.BrokerRestarted:
                return city.Broker.Run(cancellation);
            default:
                LineOf(fault).Set(LineState.Open);
                return Task.CompletedTask;
        }
    }

    private Line LineOf(Fault fault) => (fault.Kind == FaultKind.DatabaseCut ? city.ToDatabase : city.ToBroker)[fault.Silo];

    private async Task UntilWell()
    {
        var began = Stopwatch.GetTimestamp();
        await SiloProcess.Until("every silo is well", () => city.IsWell(cancellation), HealMax, cancellation, () => "What they said is in " + FaultLog.Folder);
        log.Say($"all silos are well, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s later; {Counts()}");
    }

    private async Task<IEnumerable<string>> Unseen()
    {
        var open = new List<string>();
        foreach (var (number, client) in city.ClientOfEach.Index())
        {
            open.AddRange(await _watching.Open(client, $"silo {number}", cancellation));
        }

        return open;
    }
}
