using System.Diagnostics;
using System.Threading.Channels;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace CityTwin.Storage.Committing;

/// <summary>
/// Gathers the writes of a silo into groups, and commits one group at a time. There is no waiting window: a group is what
/// gathered while the last one was committed, so a lone write goes out at once. It runs on a thread of its own, since a
/// commit blocks its caller and the thread pool belongs to the grains.
/// </summary>
public sealed partial class GroupCommitter : IAsyncDisposable
{
    private readonly StorageOptions _limits;
    private readonly Func<IGroupWriter> _open;
    private readonly TimeProvider _time;
    private readonly IHostApplicationLifetime? _silo;
    private readonly ILogger _logger;
    private readonly Channel<PendingSave> _waiting;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;
    private volatile string? _failsBecause;

    /// <summary>A committer that does nothing until <see cref="Start"/>.</summary>
    /// <param name="limits">How large groups and the queue may become.</param>
    /// <param name="open">Makes the writer, on the thread that it will belong to.</param>
    /// <param name="silo">Is stopped when the committer dies; null where nothing runs but the committer.</param>
    internal GroupCommitter(
        StorageOptions limits, Func<IGroupWriter> open, TimeProvider time, IHostApplicationLifetime? silo, ILogger<GroupCommitter> logger)
    {
        _limits = limits;
        _open = open;
        _time = time;
        _silo = silo;
        _logger = logger;
        _waiting = Channel.CreateBounded<PendingSave>(new BoundedChannelOptions(limits.QueueMax)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
    }

    /// <summary>What it died of; null while it works, and when it was stopped in order.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Why the last group failed as a whole; null when it did not.</summary>
    public string? FailsBecause => Fault?.Message ?? _failsBecause;

    /// <summary>Writes that no group has taken yet.</summary>
    public int WritesWaiting => _waiting.Reader.Count;

    /// <summary>With so many waiting, further writers wait for a place.</summary>
    public int WritesWaitingMax => _limits.QueueMax;

    /// <summary>Starts the writer thread; a second call does nothing.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            StorageMeter.Begin();
            new Thread(Run) { IsBackground = true, Name = "CityTwin group commit" }.Start();
        }
    }

    /// <summary>Takes no more writes, commits those it has, and ends.</summary>
    public async Task Stop()
    {
        _waiting.Writer.TryComplete();
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            FailWaiting(new SaveFailedException("The storage was never started."));
            _ended.TrySetResult();
        }

        await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>Somebody else has found that the storage can no longer be used: as if the writer had.</summary>
    internal void BreakDown(StorageUnusableException fault) => _waiting.Writer.TryComplete(fault);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Stop().ConfigureAwait(false);

    /// <summary>Hands a write over and returns when it is durable. While the queue is full, it waits for a place.</summary>
    /// <exception cref="InconsistentStateException">The row is at another version than expected.</exception>
    /// <exception cref="SaveException">See there: nothing was written, or nobody knows.</exception>
    internal Task<Saved> Save(PendingSave save) => _waiting.Writer.TryWrite(save) ? Waiting(save) : SaveWhenRoom(save);

    private async Task<Saved> SaveWhenRoom(PendingSave save)
    {
        try
        {
            await _waiting.Writer.WriteAsync(save).ConfigureAwait(false);
        }
        catch (ChannelClosedException stopped)
        {
            throw new SaveFailedException("The storage is stopped.", stopped);
        }

        return await Waiting(save).ConfigureAwait(false);
    }

    private static Task<Saved> Waiting(PendingSave save)
    {
        StorageMeter.QueueLength.Add(1);
        return save.Outcome;
    }

    private void Run()
    {
        var group = new List<PendingSave>(_limits.GroupRowsMax);
        try
        {
            using var writer = _open();
            while (Gather(group))
            {
                Commit(writer, group);
                group.Clear();
            }
        }
        catch (Exception fault)
        {
            _waiting.Writer.TryComplete(fault);
            SaveException mine = fault is StorageUnusableException
                ? new SaveFailedException(fault.Message, fault)
                : new SaveOutcomeUnknownException("The storage broke off in the middle of this write.", fault);
            group.ForEach(save => Decide(save, mine));
            FailWaiting(new SaveFailedException("The storage has broken down.", fault));
            BrokenDown(fault, fault.Message);
            Fault = fault;
            _silo?.StopApplication();
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Fills <paramref name="group"/> with what waits now, or with the next write when nothing does.</summary>
    /// <returns>False when there will be no more.</returns>
    private bool Gather(List<PendingSave> group)
    {
        var reader = _waiting.Reader;
        long bytes = 0;
        while (group.Count < _limits.GroupRowsMax && bytes < _limits.GroupBytesMax && reader.TryRead(out var save))
        {
            group.Add(save);
            bytes += save.Bytes;
        }

        if (group.Count > 0)
        {
            return true;
        }

        // This thread has nothing else to do, so it may block.
        return reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult() && Gather(group);
    }

    private void Commit(IGroupWriter writer, List<PendingSave> group)
    {
        var started = _time.GetTimestamp();
        var traces = BeginTraces(group);
        try
        {
            var outcomes = writer.Write(group);
            StorageMeter.CommitDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
            StorageMeter.GroupSize.Record(group.Count);
            StorageMeter.AuditEntries.Add(Acts(group, outcomes));
            End(traces, null);
            for (var place = 0; place < group.Count; place++)
            {
                Decide(group[place], outcomes[place]);
            }

            Recovered();
        }
        catch (SaveException fault)
        {
            StorageMeter.CommitDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
            StorageMeter.FailedGroups.Add(1);
            End(traces, fault.Message);
            group.ForEach(save => Decide(save, fault));
            Failing(fault);
        }
    }

    /// <summary>
    /// A span in each trace that somebody records and that has a write in the group: a trace sees what it waited for, also
    /// when others' writes made most of the group. As many as are sampled, so few.
    /// </summary>
    private static List<Activity>? BeginTraces(List<PendingSave> group)
    {
        List<Activity>? begun = null;
        foreach (var save in group)
        {
            if (save.Trace is { } trace && StorageMeter.Activities.StartActivity("commit", ActivityKind.Internal, trace) is { } activity)
            {
                activity.SetTag("citytwin.storage.group.size", group.Count);
                (begun ??= []).Add(activity);
            }
        }

        return begun;
    }

    private static void End(List<Activity>? traces, string? failure) => traces?.ForEach(activity =>
    {
        if (failure is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, failure);
        }

        activity.Dispose();
    });

    private static long Acts(List<PendingSave> group, Saved?[] outcomes)
    {
        var acts = 0L;
        for (var place = 0; place < group.Count; place++)
        {
            acts += outcomes[place] is null ? 0 : group[place].Acts.Length;
        }

        return acts;
    }

    private static void Decide(PendingSave save, Saved? outcome)
    {
        StorageMeter.QueueLength.Add(-1);
        if (outcome is { } saved)
        {
            save.Succeed(saved);
            return;
        }

        StorageMeter.Conflicts.Add(1);
        save.Fail(new InconsistentStateException($"Version conflict: {save.Key} is not at version {save.ExpectedVersion?.ToString(null, null) ?? "none"}."));
    }

    /// <summary>Each caller gets an exception of its own: one instance thrown by a thousand callers would mix their stacks.</summary>
    private static void Decide(PendingSave save, Exception fault)
    {
        StorageMeter.QueueLength.Add(-1);
        save.Fail(fault is SaveOutcomeUnknownException
            ? new SaveOutcomeUnknownException(fault.Message, fault.InnerException)
            : new SaveFailedException(fault.Message, fault.InnerException));
    }

    private void FailWaiting(SaveFailedException why)
    {
        while (_waiting.Reader.TryRead(out var save))
        {
            Decide(save, why);
        }
    }

    private void Failing(Exception fault)
    {
        if (_failsBecause is null)
        {
            WritesFail(fault, fault.Message);
        }

        _failsBecause = fault.Message;
    }

    private void Recovered()
    {
        if (_failsBecause is not null)
        {
            _failsBecause = null;
            WritesSucceedAgain();
        }
    }

    [LoggerMessage(3001, LogLevel.Error, "Writes fail from now on, until told otherwise: {Why}")]
    private partial void WritesFail(Exception fault, string why);

    [LoggerMessage(3002, LogLevel.Information, "Writes succeed again.")]
    private partial void WritesSucceedAgain();

    [LoggerMessage(3003, LogLevel.Critical, "The storage has broken down, and the silo stops: {Why}")]
    private partial void BrokenDown(Exception fault, string why);
}
