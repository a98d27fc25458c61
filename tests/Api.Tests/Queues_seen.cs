using System.Collections.Immutable;
using CityTwin.Api.Auditing;
using CityTwin.Api.Reading;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>What waits behind the doors is counted while it waits, and not afterwards.</summary>
public sealed class Queues_seen : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<ApiInstruments>().BuildServiceProvider();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ApiInstruments Instruments => _services.GetRequiredService<ApiInstruments>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Entries_are_counted_until_they_are_in_the_audit_log()
    {
        var log = new SlowLog();
        using var queue = new AuditQueue(log, Instruments, TimeProvider.System, NullLogger<AuditQueue>.Instance);
        await queue.StartAsync(Cancellation);
        for (var number = 0; number < 3; number++)
        {
            queue.Report(new($"{number}", DateTimeOffset.UnixEpoch, "", AuditKind.SignIn, "x", null, null, null, "OK"));
        }

        await log.Asked.Task.WaitAsync(Cancellation);
        Assert.Equal(3, Instruments.AuditWaiting);
        log.Answer.SetResult();
        await queue.StopAsync(Cancellation);
        Assert.Equal(0, Instruments.AuditWaiting);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_watch_counts_as_full_while_its_receiver_does_not_take_what_is_written(bool isSse)
    {
        Assert.True(Instruments.Writing(Task.CompletedTask, isSse).IsCompletedSuccessfully);
        var (taken, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (first, second) = (Instruments.Writing(taken.Task, isSse), Instruments.Writing(gone.Task, isSse));
        Assert.Equal(2, Instruments.WatchesFull);
        taken.SetResult();
        await first;
        Assert.Equal(1, Instruments.WatchesFull);
        gone.SetException(new OperationCanceledException());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(0, Instruments.WatchesFull);
    }

    private sealed class SlowLog : IAuditLog
    {
        public TaskCompletionSource Asked { get; } = new();

        public TaskCompletionSource Answer { get; } = new();

        public Task Append(params ImmutableArray<AuditEntry> entries)
        {
            Asked.TrySetResult();
            return Answer.Task;
        }

        public Task<TreeEdge> Edge(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ImmutableArray<AuditRow>> Read(long from, int max, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
