using System.Collections.Immutable;
using System.Diagnostics;
using CityTwin.Grains.Storing;

namespace CityTwin.Grains.Viewing;

/// <summary>
/// The newest changes that were committed under a trace, so that the watch that delivers one goes on with it. In
/// memory and bounded: a trace id in each row of the change log would cost all of them for the sake of one in a thousand.
/// Silos tell each other of theirs when they commit; what is not heard then is not traced on.
/// </summary>
public sealed class TracedChanges : ITracedCommits
{
    /// <summary>Name of the activity source.</summary>
    public const string SourceName = "CityTwin.Grains";

    /// <summary>Older ones are forgotten, delivered or not.</summary>
    public const int KeptMax = 256;

    /// <summary>A change goes to all who watch; the trace shows the first so many.</summary>
    public const int DeliveriesMax = 4;

    private static readonly ActivitySource Source = new(SourceName);
    private readonly Lock _lock = new();
    private readonly Queue<Traced> _kept = new();
    private long _newest;

    /// <summary>The number of the newest one: where a watch that begins now stands.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Remembers what was committed, if the caller is traced.</summary>
    public void Add(Activity? caller, long? seq, ImmutableArray<PublishedChange> changes)
    {
        if (caller is not { Recorded: true } || seq is not { } at)
        {
            return;
        }

        Heard(at, [.. changes.Select(change => change.Kind)], caller.Context);
    }

    /// <inheritdoc/>
    public void Heard(long seq, ImmutableArray<string> kinds, ActivityContext writer)
    {
        lock (_lock)
        {
            if (_kept.Count == KeptMax)
            {
                _kept.Dequeue();
            }

            _kept.Enqueue(new(_newest + 1, seq, kinds, writer));
            Volatile.Write(ref _newest, _newest + 1);
        }
    }

    /// <summary>
    /// To be called when a watch is about to send a version. A change whose commit is told here only after the view has it is
    /// found at the next call.
    /// </summary>
    /// <param name="stand">How far this watch has looked; begins with <see cref="Newest"/>.</param>
    /// <param name="seq">Where the version stands.</param>
    /// <param name="shows">Whether the watch shows changes of a kind.</param>
    /// <returns>To be disposed of when the version is sent; null when nothing in it is traced.</returns>
    public IDisposable? Deliver(ref long stand, long seq, Func<string, bool> shows)
    {
        if (stand == Newest)
        {
            return null;
        }

        List<Activity>? begun = null;
        lock (_lock)
        {
            foreach (var traced in _kept)
            {
                if (traced.Number <= stand)
                {
                    continue;
                }

                if (traced.Seq > seq)
                {
                    break;
                }

                stand = traced.Number;
                if (traced.Kinds.Any(shows) && traced.Deliveries < DeliveriesMax
                    && Source.StartActivity("deliver", ActivityKind.Producer, traced.Caller) is { } activity)
                {
                    traced.Deliveries++;
                    activity.SetTag("citytwin.sequence", traced.Seq);
                    (begun ??= []).Add(activity);
                }
            }
        }

        return begun is null ? null : new Delivery(begun);
    }

    private sealed class Traced(long number, long seq, ImmutableArray<string> kinds, ActivityContext caller)
    {
        public long Number => number;

        public long Seq => seq;

        public ImmutableArray<string> Kinds => kinds;

        public ActivityContext Caller => caller;

        public int Deliveries { get; set; }
    }

    private sealed class Delivery(List<Activity> begun) : IDisposable
    {
        public void Dispose() => begun.ForEach(activity => activity.Dispose());
    }
}
