using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CityTwin.Api.Breaches;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Core.Views;
using CityTwin.Grains.Breaches;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Storing;
using CityTwin.Testing.Breaches;
using Orleans.Serialization;

namespace CityTwin.Api.Tests;

/// <summary>
/// Stands for the breaches of a cluster: each takes one step whenever somebody waits for its news, first to running and then
/// to its end. Scenarios are of one word and a number, <c>small 500</c>; the real format is read elsewhere.
/// </summary>
internal sealed class BreachesOfOnePerson
{
    private readonly ConcurrentDictionary<string, Kept> _kept = new();

    public static BreachScenarios Scenarios { get; } = new(
        (document, _) => Encoding.UTF8.GetString(document.Span).Split(' ') is ["small", var runs]
            ? new(SmallBreach.Of(int.Parse(runs, CultureInfo.InvariantCulture)), [])
            : new(null, [new("$.targets[0]", "UNKNOWN_REFERENCE", "There is no such step."), new("$.runs", "OUT_OF_RANGE", "At least 1.")]),
        name => Encoding.UTF8.GetBytes($"{name} 300"),
        ["small"]);

    public IBreachGrain Of(string key) => _kept.GetOrAdd(key, _ => new());

    public IChangeLog Log(Serializer serializer) => new ChangeLog(this, serializer);

    /// <summary>The latest row of each, and nothing else that a log has.</summary>
    private sealed class ChangeLog(BreachesOfOnePerson breaches, Serializer serializer) : IChangeLog
    {
        public string Epoch => "epoch";

        public long Head => 0;

        public Task<ChangeSnapshot> Snapshot(CancellationToken cancellation, params string[] kinds) => Task.FromResult(new ChangeSnapshot(
            0,
            [
                .. from kept in breaches._kept
                   where kept.Value.State.Status is not null
                   select new ChangeRow(1, default, PublishedKind.Breach, kept.Key, 1, serializer.SerializeToArray(kept.Value.State.Status)),
            ]));

        public Task<long> ReadHead(CancellationToken cancellation) => throw NotAsked();

        public Task<ChangeRead> Read(long after, int max, CancellationToken cancellation) => throw NotAsked();

        public Task<ChangeRead> ReadAlerts(long after, int max, CancellationToken cancellation) => throw NotAsked();

        public Task WaitBeyond(long seq, CancellationToken cancellation) => throw NotAsked();
    }

    private sealed class Kept : IBreachGrain
    {
        private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);

        public BreachState State { get; private set; } = BreachState.None;

        public Task<BreachRecord> Order(BreachOrder order)
        {
            State = BreachRules.Order(State, order);
            return Task.FromResult(Record()!);
        }

        public Task<BreachRecord?> Read() => Task.FromResult(Record());

        public Task<ImmutableArray<RunNotes>> Notes() => Task.FromResult(State.Notes);

        public Task<BreachStatus?> Beyond(BreachStatus known)
        {
            State = State.Status?.Phase == BreachPhase.Queued ? BreachRules.Begin(State, Now) : Finish();
            return Task.FromResult(State.Status);
        }

        public Task<BreachRecord?> Cancel(string by)
        {
            State = BreachRules.Cancel(State, by, 0, Now);
            return Task.FromResult(Record());
        }

        public Task<bool> Delete()
        {
            var was = State.Status is not null;
            State = BreachState.None;
            return Task.FromResult(was);
        }

        public Task Wake() => throw NotAsked();

        public Task<GrainInspection> Inspect() => throw NotAsked();

        private BreachRecord? Record() => State.Status is { } status ? new(status, State.Order!.ScenarioJson, State.ReportJson) : null;

        private BreachState Finish()
        {
            if (State is not { Order: { } order, Status.Phase: BreachPhase.Running })
            {
                return State;
            }

            return BreachRules.Succeed(State, SmallBreach.AnswerOf(new(SmallBreach.City, order)), Now);
        }
    }

    private static InvalidOperationException NotAsked() => new("The public interface has no reason to ask this.");
}
