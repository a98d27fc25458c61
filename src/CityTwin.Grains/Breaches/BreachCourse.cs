using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace CityTwin.Grains.Breaches;

/// <summary>
/// Takes an open breach to its end, beside the requests to its grain and on the same scheduler. What is in is kept every
/// few seconds; runs depend on nothing but seed and number, so those that a death costs are simply made again.
/// </summary>
internal sealed partial class BreachCourse(
    BreachGrain grain, BreachState begun, BreachJobs jobs, IGrainFactory grains, ISiloStatusOracle silos, TimeProvider time, ILogger<BreachCourse> log)
    : IDisposable
{
    /// <summary>A part that breaks the rules whenever it is tried must not be tried for ever; that a silo cannot be reached does not count.</summary>
    private const int TriesMax = 3;

    /// <summary>The state holds the start of a whole city: it is not written with every part.</summary>
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(10);

    /// <summary>Looks for new silos and rested places this often, also when no answer comes.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly BreachOrder _order = begun.Order!;
    private readonly Dictionary<Task<BreachPartState>, int> _out = [];
    private readonly Dictionary<int, int> _tries = [];
    private PartBook? _book;
    private int _setsTried;

    public bool IsRunning { get; private set; }

    public long Runs => _book?.Runs ?? 0;

    public int? NextLook => _book?.NextLook;

    /// <summary>Of a ranking with a budget.</summary>
    public int SetsTried => Volatile.Read(ref _setsTried);

    public void Go()
    {
        IsRunning = true;
        _ = Run();
    }

    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task Run()
    {
        try
        {
            grain.Stay();
            await Save(state => BreachRules.Begin(state, time.GetUtcNow()));
            var job = await jobs.Get(BreachJobs.NameOf(_order), _order, _stop.Token)!;
            _book = new(job, begun.Progress);
            await Gather(_book);
            var answer = await Answer(job, _book);
            await Save(state => BreachRules.Succeed(state, answer, time.GetUtcNow()));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Whoever stopped it says what becomes of it.
        }
        catch (SaveException failure)
        {
            // The activation ends, and the next one goes on from what is saved.
            NotKept(failure, _order.Id);
        }
        catch (Exception failure)
        {
            Failed(failure, _order.Id);
            await Fail(failure);
        }
        finally
        {
            IsRunning = false;
            jobs.Forget(BreachJobs.NameOf(_order));
        }
    }

    private async Task Gather(PartBook book)
    {
        var workers = new BreachWorkers(_order, grains, silos, time);
        var kept = time.GetUtcNow();
        while (book.Answer is null)
        {
            while (workers.Free() is { } place && book.HandOut() is { } part)
            {
                _out.Add(workers.Run(place, part, _stop.Token), part);
            }

            await Task.WhenAny([.. _out.Keys, Task.Delay(Beat, time, _stop.Token)]);
            _stop.Token.ThrowIfCancellationRequested();
            foreach (var (task, part) in _out.Where(pair => pair.Key.IsCompleted).ToList())
            {
                _out.Remove(task);
                await Take(book, part, task);
            }

            grain.Tell();
            if (book.Answer is null && time.GetUtcNow() - kept >= KeepEvery && book.ToProgress() is { } progress)
            {
                grain.Stay();
                await Save(state => BreachRules.Advance(state, progress, book.Runs, book.NextLook));
                kept = time.GetUtcNow();
            }
        }
    }

    private async Task Take(PartBook book, int part, Task<BreachPartState> task)
    {
        try
        {
            book.Take(part, await task);
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested && (IsUnreachable(failure) || Try(part) < TriesMax))
        {
            PartLost(failure, part, _order.Id);
            book.GiveBack(part);
        }
    }

    /// <summary>Not once it was stopped: another order may have the grain by then.</summary>
    private Task Save(Func<BreachState, BreachState> rule) =>
        grain.Save(state => _stop.IsCancellationRequested || !ReferenceEquals(state.Order, _order) ? state : rule(state));

    private int Try(int part) => _tries[part] = _tries.GetValueOrDefault(part) + 1;

    /// <summary>The silo went, or is going: its calls end so, and its threads are told to stop.</summary>
    private static bool IsUnreachable(Exception failure) => failure is OrleansException or TimeoutException or OperationCanceledException;

    /// <summary>On this silo: what is tried next in search of a best set follows from what was tried before. What is found is kept when all is.</summary>
    private async Task<KeptAnswer> Answer(KeptJob job, PartBook book)
    {
        if (_order.Ranking?.Budget is not null && book.ToProgress() is { } progress)
        {
            await Save(state => BreachRules.Advance(state, progress, book.Runs, book.NextLook));
        }

        var answer = BreachJobs.Aside(() => job.Answer(book.Answer!, tried => Volatile.Write(ref _setsTried, tried), _stop.Token), _stop.Token);
        while (await Task.WhenAny(answer, Task.Delay(Beat, time, _stop.Token)) != answer)
        {
            _stop.Token.ThrowIfCancellationRequested();
            grain.Stay();
            grain.Tell();
        }

        return await answer;
    }

    private async Task Fail(Exception failure)
    {
        try
        {
            await Save(state => BreachRules.Fail(state, $"A run could not be made: {failure.Message}", time.GetUtcNow()));
        }
        catch (SaveException second)
        {
            NotKept(second, _order.Id);
        }
    }

    [LoggerMessage(2401, LogLevel.Information, "Part {Part} of breach {Breach} was lost and is handed out again.")]
    private partial void PartLost(Exception failure, int part, string breach);

    [LoggerMessage(2402, LogLevel.Warning, "Breach {Breach} could not be kept; it goes on from what was.")]
    private partial void NotKept(Exception failure, string breach);

    [LoggerMessage(2403, LogLevel.Error, "Breach {Breach} failed.")]
    private partial void Failed(Exception failure, string breach);
}
