using System.Collections.Immutable;
using CityTwin.Core;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Running;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace CityTwin.Grains.Saving;

/// <summary>
/// Delivers a grain's saved tells until each has arrived: to one receiver one after the other, and to each without waiting
/// for any other, since an alarm must not wait for a busy asset. It runs beside the grain's requests and is never awaited by
/// one, so that two grains telling each other cannot wait for each other.
/// </summary>
internal sealed partial class TellPump(IGrainContext context, Func<Task> dropDelivered) : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    /// <summary>An outbox that nothing else rewrites is emptied in storage after this rest.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <summary>How often a tell may break its receiver's law before it is parked.</summary>
    private const int TriesMax = 5;

    private static readonly GrainType CascadeType = GrainType.Create(GrainTypes.Cascade);
    private readonly CancellationTokenSource _stop = new();
    private readonly IGrainFactory _grains = context.ActivationServices.GetRequiredService<IGrainFactory>();
    private readonly RunningInstruments _instruments = context.ActivationServices.GetRequiredService<RunningInstruments>();
    private readonly TimeProvider _time = context.ActivationServices.GetRequiredService<TimeProvider>();
    private readonly ILogger _log = context.ActivationServices.GetRequiredService<ILogger<TellPump>>();

    /// <summary>What has arrived and who is being told something, neither more than the outbox holds; most grains never tell anything.</summary>
    private HashSet<long>? _delivered;
    private HashSet<string>? _hearing;

    private ImmutableArray<Tell> _outbox = [];
    private CancellationTokenSource? _resting;

    /// <summary>What of <see cref="Pending"/> is counted for the whole silo.</summary>
    private int _counted;

    public string? LastError { get; private set; }

    public ImmutableArray<Tell> Pending => _outbox.RemoveAll(tell => IsDelivered(tell.Sequence));

    public bool IsDelivered(long sequence) => _delivered?.Contains(sequence) is true;

    /// <summary>The outbox as saved.</summary>
    public void Take(ImmutableArray<Tell> outbox)
    {
        _outbox = outbox;
        if (outbox.IsEmpty)
        {
            _delivered?.Clear();
            Count(0);
            return;
        }

        _delivered?.IntersectWith(outbox.Select(tell => tell.Sequence));
        Count(outbox.Length - (_delivered?.Count ?? 0));
        foreach (var tell in Pending)
        {
            _resting?.Cancel();
            _resting = null;
            if ((_hearing ??= new(StringComparer.Ordinal)).Add(tell.To))
            {
                _ = Run(tell.To);
            }
        }
    }

    public void Dispose()
    {
        Count(0);
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>Delivers what there is for one receiver; whoever comes last empties the outbox, if nothing else does.</summary>
    private async Task Run(string receiver)
    {
        // The saving call goes first: it must not wait for a receiver.
        await Task.Yield();
        try
        {
            while (!_stop.IsCancellationRequested
                && _outbox.FirstOrDefault(tell => tell.To == receiver && !IsDelivered(tell.Sequence)) is { } tell)
            {
                await Deliver(tell);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The activation ends; the next one finds the outbox in storage.
            return;
        }
        finally
        {
            _hearing!.Remove(receiver);
        }

        if (_hearing!.Count == 0 && !_outbox.IsEmpty && _resting is null)
        {
            await RestAndDrop();
        }
    }

    /// <summary>A new tell ends the rest: then whoever delivers it comes by here again.</summary>
    private async Task RestAndDrop()
    {
        try
        {
            using var resting = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            _resting = resting;
            await Task.Delay(Rest, _time, resting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (ReferenceEquals(_resting, resting))
            {
                _resting = null;
            }

            if (!resting.IsCancellationRequested && Pending.IsEmpty && !_outbox.IsEmpty)
            {
                await dropDelivered();
            }
        }
        catch (Exception stopped) when (_stop.IsCancellationRequested || stopped is SaveException)
        {
            // The activation ends; the next one finds the outbox in storage.
        }
    }

    private async Task Deliver(Tell tell)
    {
        using var delivery = _instruments.BeginTell();
        var (wait, tried) = (FirstRetry, 0);
        while (true)
        {
            try
            {
                await Hear(GrainId.Parse(tell.To), tell);
                Done(tell);
                LastError = null;
                return;
            }
            catch (NotInCityException gone)
            {
                // A changed definition no longer has the receiver: nobody is left to be told.
                TellDropped(tell.Sequence, context.GrainId, tell.To, gone.Message);
                Done(tell);
                return;
            }
            catch (InvariantBrokenException broken) when (++tried >= TriesMax)
            {
                // It breaks the receiver's law whenever it is tried; what waits behind it must not wait for ever.
                LastError = broken.Message;
                TellParked(broken, tell.Sequence, context.GrainId, tell.To, tell.Message);
                Done(tell);
                return;
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested)
            {
                LastError = failure.Message;
                delivery.Failed();
                TellDelayed(failure, tell.Sequence, context.GrainId, tell.To);
                await Task.Delay(wait, _time, _stop.Token);
                wait = wait < LongestRetry ? wait * 2 : LongestRetry;
            }
        }
    }

    private void Done(Tell tell)
    {
        (_delivered ??= []).Add(tell.Sequence);
        // One that was replaced while it was on its way is counted no longer.
        if (_outbox.Any(waiting => waiting.Sequence == tell.Sequence))
        {
            Count(_counted - 1);
        }
    }

    /// <summary>An activation that has ended has given back what it counted; the next one counts it.</summary>
    private void Count(int waiting)
    {
        if (!_stop.IsCancellationRequested)
        {
            _instruments.OutboxesGrew(waiting - _counted);
            _counted = waiting;
        }
    }

    /// <summary>The coordinator takes offers while a batch settles, which only its own interface says.</summary>
    private Task Hear(GrainId receiver, Tell tell)
    {
        var from = context.GrainId.ToString();
        return receiver.Type == CascadeType
            ? _grains.GetGrain<ICascadeGrain>(receiver).Hear(from, tell.Sequence, tell.Message)
            : _grains.GetGrain<ITellReceiver>(receiver).Hear(from, tell.Sequence, tell.Message);
    }

    [LoggerMessage(2002, LogLevel.Warning, "Tell {Sequence} from {Sender} to {Receiver} is dropped: {Reason}")]
    private partial void TellDropped(long sequence, GrainId sender, string receiver, string reason);

    [LoggerMessage(2003, LogLevel.Error, "Tell {Sequence} from {Sender} to {Receiver} breaks a law whenever it is tried; it is parked: {Message}")]
    private partial void TellParked(Exception broken, long sequence, GrainId sender, string receiver, object message);

    [LoggerMessage(2001, LogLevel.Warning, "Tell {Sequence} from {Sender} to {Receiver} did not arrive and is tried again.")]
    private partial void TellDelayed(Exception failure, long sequence, GrainId sender, string receiver);
}
