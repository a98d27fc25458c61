using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Protocol.V1;
using CityTwin.Testing.Breaches;
using Grpc.Core;
using Xunit;
using BreachState = CityTwin.Protocol.V1.BreachState;

namespace CityTwin.Api.Tests;

/// <summary>Breaches over the public interface: ordered, watched, compared, and everything that is refused.</summary>
public sealed class Breach_orders : IAsyncLifetime
{
    private readonly ApiServer _server = new() { City = SmallBreach.City };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private BreachService.BreachServiceClient Breaches => new(_server.Channel);

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_watched_breach_ends_with_the_bytes_of_the_same_breach_offline()
    {
        var made = await Create(new() { ReadyScenario = "small", Runs = 500, Seed = 7, NewCity = true });
        var seen = await Watched(made.Name);

        Assert.Equal([BreachState.Queued, BreachState.Running, BreachState.Succeeded], seen.Select(breach => breach.State));
        Assert.Equal(("", "", "small 300"), (seen[0].ReportJson, seen[0].ScenarioJson, seen[2].ScenarioJson));
        Assert.Equal(Encoding.UTF8.GetString(SmallBreach.Report(SmallBreach.Job(500, seed: 7))), seen[2].ReportJson);
        Assert.Equal((1000, 500L, 500L, 7UL), (seen[2].ProgressPermille, seen[2].RunsDone, seen[2].Headline.Success.OfRuns, seen[2].Seed));
        Assert.Equal(seen[2], await Breaches.GetBreachAsync(new() { Name = made.Name }, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_ranking_of_defences_ends_with_the_bytes_of_the_same_ranking_offline_and_is_no_pair_of_anything()
    {
        var made = await Create(new() { ReadyScenario = "small", Runs = 500, NewCity = true, Ranking = new() { Budget = 2 } });
        var done = (await Watched(made.Name))[^1];

        Assert.Equal((2.0, true), (made.Ranking.Budget, made.Ranking.HasBudget));
        Assert.Equal(Encoding.UTF8.GetString(SmallBreach.Ranking(500, budget: 2)), done.ReportJson);
        Assert.Equal((BreachState.Succeeded, 1000, 500L, null), (done.State, done.ProgressPermille, done.RunsDone, done.Headline));
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await Breaches.CompareBreachesAsync(new() { First = made.Name, Second = made.Name }, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1e12, true)]
    [InlineData(1.0001e12, false)]
    [InlineData(-0.01, false)]
    [InlineData(double.NaN, false)]
    public async Task A_budget_beyond_its_bounds_is_refused(double budget, bool isTaken)
    {
        var request = new CreateBreachRequest { ScenarioJson = "small 250", Principal = "anna", Ranking = new() { Budget = budget } };
        if (isTaken)
        {
            Assert.Equal(budget, (await Create(request)).Ranking.Budget);
        }
        else
        {
            Assert.Equal("ranking.budget", Assert.Single(await Refused(request)).Field);
        }
    }

    [Fact]
    public async Task All_faults_of_a_ranking_are_told_at_once_and_one_of_nothing_is_refused()
    {
        var faults = await Refused(new() { ScenarioJson = "small 250", Principal = "anna", HalfWidth = 0.1, Ranking = new() { Only = { "drill", "moat" }, Budget = -1 } });
        Assert.Equal(["ranking.only[1]", "ranking.budget", "half_width"], faults.Select(fault => fault.Field));

        var nothing = await Refused(new() { ScenarioJson = "small 250", Principal = "anna", Defences = { "drill" }, Ranking = new() { Only = { "drill" } } });
        Assert.Equal("ranking", Assert.Single(nothing).Field);
    }

    [Fact]
    public async Task A_breach_begins_from_the_live_city_unless_it_says_otherwise()
    {
        _server.View.Apply([_server.Rows.Command("substation", 0), _server.Rows.Batch("substation", 0, ("substation", 0), ("pump", 0))]);

        var live = await Create(new() { ScenarioJson = "small 250" });
        var fresh = await Create(new() { ScenarioJson = "small 250", NewCity = true });

        Assert.Equal(("2.epoch.", ""), (live.Version[..8], fresh.Version));
        Assert.NotEqual((await Watched(live.Name))[^1].ReportJson, (await Watched(fresh.Name))[^1].ReportJson);
    }

    [Fact]
    public async Task A_repeated_request_gives_the_same_breach_and_a_deleted_one_is_gone()
    {
        var first = await Create(new() { ScenarioJson = "small 250", RequestId = "r1" });
        var again = await Create(new() { ScenarioJson = "nonsense", RequestId = "r1" });
        var other = await Create(new() { ScenarioJson = "small 250", RequestId = "r2" });

        Assert.Equal(first, again);
        Assert.NotEqual(first.Name, other.Name);
        await Breaches.DeleteBreachAsync(new() { Name = first.Name, Principal = "anna" }, cancellationToken: Cancellation);
        foreach (var refused in new Func<Task>[]
        {
            async () => await Breaches.DeleteBreachAsync(new() { Name = first.Name, Principal = "anna" }, cancellationToken: Cancellation),
            async () => await Breaches.GetBreachAsync(new() { Name = first.Name }, cancellationToken: Cancellation),
            async () => await Breaches.CancelBreachAsync(new() { Name = first.Name, Principal = "anna" }, cancellationToken: Cancellation),
            async () => await Breaches.GetBreachAsync(new() { Name = "breaches/nowhere" }, cancellationToken: Cancellation),
            () => Watched(first.Name),
        })
        {
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(refused)).StatusCode);
        }

        var list = await Breaches.ListBreachesAsync(new(), cancellationToken: Cancellation);
        Assert.Equal([other.Name], list.Breaches.Select(breach => breach.Name));
        Assert.Empty((await Breaches.ListBreachesAsync(new() { CityHash = "another" }, cancellationToken: Cancellation)).Breaches);
    }

    [Fact]
    public async Task A_cancelled_breach_says_who_stopped_it_and_one_that_is_done_stays_as_it_is()
    {
        var made = await Create(new() { ScenarioJson = "small 250" });
        var cancelled = await Breaches.CancelBreachAsync(new() { Name = made.Name, Principal = "bert" }, cancellationToken: Cancellation);
        Assert.Equal((BreachState.Cancelled, "bert"), (cancelled.State, cancelled.CancelledBy));
        Assert.Equal(cancelled, await Breaches.CancelBreachAsync(new() { Name = made.Name, Principal = "carl" }, cancellationToken: Cancellation));
        Assert.Equal([BreachState.Cancelled], (await Watched(made.Name)).Select(breach => breach.State));
    }

    [Fact]
    public async Task All_faults_of_a_request_are_told_at_once()
    {
        var faults = await Refused(new()
        {
            ScenarioJson = "{}", Runs = 1_000_001, InputDraws = 1, HalfWidth = 0.5, Defences = { "moat" }, Principal = "anna",
        });

        Assert.Equal(
            ["runs", "input_draws", "half_width", "defences[0]", "scenario_json.targets[0]", "scenario_json.runs"],
            faults.Select(fault => fault.Field));
        Assert.Contains("between 1 and 1000000", faults[0].Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "anna", "scenario_json")]
    [InlineData("small 1", "small", "anna", "scenario_json")]
    [InlineData("", "earthquake", "anna", "ready_scenario")]
    [InlineData("small 1", "", "", "principal")]
    public async Task A_request_without_one_scenario_or_without_who_asks_is_refused(string json, string ready, string principal, string field) =>
        Assert.Equal(field, Assert.Single(await Refused(new() { ScenarioJson = json, ReadyScenario = ready, Principal = principal })).Field);

    [Fact]
    public async Task More_open_breaches_than_the_limit_are_refused()
    {
        for (var number = 0; number < BreachRules.OpenMax; number++)
        {
            await Create(new() { ScenarioJson = "small 250" });
        }

        var failure = await Assert.ThrowsAsync<RpcException>(() => Create(new() { ScenarioJson = "small 250" }));
        Assert.Equal((StatusCode.ResourceExhausted, "32 breaches wait or run; try again later."), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact]
    public async Task Two_breaches_of_the_same_luck_are_compared_and_those_of_another_seed_are_not()
    {
        var names = new List<string>();
        foreach (var seed in new ulong[] { 1, 1, 2 })
        {
            names.Add((await Create(new() { ScenarioJson = "small 250", NewCity = true, Seed = seed })).Name);
            await Watched(names[^1]);
        }

        var same = await Breaches.CompareBreachesAsync(new() { First = names[0], Second = names[1] }, cancellationToken: Cancellation);
        Assert.Equal(7, same.Differences.Count);
        Assert.All(same.Differences, figure => Assert.True(figure is { Difference: 0, Low: <= 0, High: >= 0 }));
        Assert.Equal((true, "success"), (same.Differences[0].Paired, same.Differences[0].Figure));
        Assert.StartsWith("The two met the same luck run by run", same.Basis, StringComparison.Ordinal);
        Assert.Equal("", same.First.ReportJson);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await Breaches.CompareBreachesAsync(new() { First = names[0], Second = names[2] }, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Contains("different seeds, 1 and 2: their runs are no pairs", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Breaches_are_ordered_listed_stopped_and_deleted_over_rest_and_misspelt_fields_are_refused()
    {
        var (status, made) = await Send(HttpMethod.Post, "/v1/breaches", """{"scenarioJson":"small 250","principal":"anna","seed":"18446744073709551615"}""");
        Assert.True(status == HttpStatusCode.OK, made.ToString());
        var name = made.GetProperty("name").GetString();
        Assert.Equal(ulong.MaxValue, made.GetProperty("seed").GetUInt64());
        Assert.Equal(1, (await Send(HttpMethod.Get, "/v1/breaches?pageSize=1")).Body.GetProperty("breaches").GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Post, $"/v1/{name}:cancel", """{"principal":"anna"}""")).Status);
        Assert.Equal("BREACH_STATE_CANCELLED", (await Send(HttpMethod.Get, $"/v1/{name}")).Body.GetProperty("state").GetString());

        Assert.Equal(HttpStatusCode.BadRequest, (await Send(HttpMethod.Post, "/v1/breaches", """{"scenarioJson":"small 250","principal":"anna","run":5}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(HttpMethod.Delete, $"/v1/{name}?principal=anna&name=breaches/other")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(HttpMethod.Delete, $"/v1/{name}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Delete, $"/v1/{name}?principal=anna")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(HttpMethod.Get, $"/v1/{name}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(HttpMethod.Get, $"/v1/breaches:compare?first={name}&second={name}")).Status);
    }

    private async Task<Breach> Create(CreateBreachRequest request)
    {
        request.Principal = "anna";
        return await Breaches.CreateBreachAsync(request, cancellationToken: Cancellation);
    }

    private async Task<List<Google.Rpc.BadRequest.Types.FieldViolation>> Refused(CreateBreachRequest request)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Breaches.CreateBreachAsync(request, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Empty((await Breaches.ListBreachesAsync(new(), cancellationToken: Cancellation)).Breaches);
        var details = Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        return [.. details.Details[1].Unpack<Google.Rpc.BadRequest>().FieldViolations];
    }

    private async Task<List<Breach>> Watched(string name)
    {
        using var watch = Breaches.WatchBreach(new() { Name = name }, cancellationToken: Cancellation);
        var seen = new List<Breach>();
        while (await watch.ResponseStream.MoveNext(Cancellation))
        {
            seen.Add(watch.ResponseStream.Current);
        }

        return seen;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Send(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await _server.Http.SendAsync(request, Cancellation);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return (response.StatusCode, body.RootElement.Clone());
    }
}
