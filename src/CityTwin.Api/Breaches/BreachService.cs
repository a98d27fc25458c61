using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Core.Simulation;
using CityTwin.Grains;
using CityTwin.Grains.Breaches;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Breaches;

/// <summary>Breach scenarios tried on all silos; each is kept by a grain of its own.</summary>
internal sealed partial class BreachService(
    CityReader reader,
    IGrainFactory grains,
    BreachIndex index,
    BreachScenarios scenarios,
    StreamLimit streams,
    TimeProvider time,
    IOptions<ApiOptions> options,
    ILogger<BreachService> logger)
    : V1.BreachService.BreachServiceBase
{
    private const int IdLength = 32;

    /// <summary>A watcher waits so often in a row for a breach whose silo died, before it is told.</summary>
    private const int TriesMax = 60;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public override async Task<V1.Breach> CreateBreach(V1.CreateBreachRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Command(request.Principal, request.Reason, request.RequestId, reasonRequired: false);
        violations.Throw();
        var id = IdOf(request.RequestId);
        var grain = grains.GetGrain<IBreachGrain>(GrainKeys.OfBreach(id));
        if (request.RequestId.Length > 0 && await grain.Read().WaitAsync(context.CancellationToken) is { } known)
        {
            return BreachMessages.Of(known);
        }

        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        var city = version.Index.City;
        var (scenario, json) = BreachRequest.Read(request, city, scenarios);
        await CheckRoom(context.CancellationToken);
        var now = time.GetUtcNow();
        return BreachMessages.Of(await grain.Order(new(
            id,
            json,
            scenario,
            request.HalfWidth,
            request.NewCity ? SimulationStart.New(city, scenario.StartsAt ?? SimulationStart.DefaultAt) : version.Fork(now.ToUnixTimeMilliseconds()),
            request.NewCity ? "" : VersionToken.Of(version).ToString(),
            request.Principal,
            request.Reason,
            request.RequestId.Length > 0 ? request.RequestId : id,
            now,
            BreachRequest.RankingOf(request))).WaitAsync(context.CancellationToken));
    }

    public override async Task<V1.Breach> GetBreach(V1.GetBreachRequest request, ServerCallContext context) =>
        BreachMessages.Of(await Find(request.Name, "name").Read().WaitAsync(context.CancellationToken) ?? throw ApiErrors.NotFound(request.Name));

    public override async Task<V1.ListBreachesResponse> ListBreaches(V1.ListBreachesRequest request, ServerCallContext context)
    {
        var all = (await index.All(context.CancellationToken))
            .Where(status => request.CityHash.Length == 0 || status.City.Value == request.CityHash)
            .Where(status => request.Scenario.Length == 0 || status.Scenario == request.Scenario).ToList();
        var (items, next) = Pages.Slice(
            $"{ResourceNames.Breaches}{request.CityHash} {request.Scenario}", all, request.PageSize, request.PageToken, options.Value);
        return new() { Breaches = { items.Select(BreachMessages.Of) }, NextPageToken = next };
    }

    public override async Task<V1.Breach> CancelBreach(V1.CancelBreachRequest request, ServerCallContext context)
    {
        var grain = FindFor(request.Name, request.Principal);
        return BreachMessages.Of(
            await grain.Cancel(request.Principal).WaitAsync(context.CancellationToken) ?? throw ApiErrors.NotFound(request.Name));
    }

    public override async Task<Empty> DeleteBreach(V1.DeleteBreachRequest request, ServerCallContext context)
    {
        if (!await FindFor(request.Name, request.Principal).Delete().WaitAsync(context.CancellationToken))
        {
            throw ApiErrors.NotFound(request.Name);
        }

        Deleted(request.Name, request.Principal);
        return new();
    }

    public override async Task WatchBreach(
        V1.WatchBreachRequest request, IServerStreamWriter<V1.Breach> responseStream, ServerCallContext context)
    {
        using var stream = streams.Enter();
        var (grain, cancellation) = (Find(request.Name, "name"), context.CancellationToken);
        BreachStatus? sent = null;
        while (sent is not { IsDone: true })
        {
            var status = await Steady(() => News(grain, sent), cancellation) ?? throw ApiErrors.NotFound(request.Name);
            if (status.IsDone)
            {
                await responseStream.WriteAsync(BreachMessages.Of(
                    await Steady(grain.Read, cancellation) ?? throw ApiErrors.NotFound(request.Name)), cancellation);
            }
            else if (status != sent)
            {
                await responseStream.WriteAsync(BreachMessages.Of(status), cancellation);
                await Task.Delay(TimeSpan.FromMilliseconds(options.Value.WatchIntervalMilliseconds), time, cancellation);
            }

            sent = status;
        }
    }

    public override async Task<V1.CompareBreachesResponse> CompareBreaches(V1.CompareBreachesRequest request, ServerCallContext context)
    {
        var (one, other) = (Find(request.First, "first"), Find(request.Second, "second"));
        var first = await one.Read().WaitAsync(context.CancellationToken) ?? throw ApiErrors.NotFound(request.First);
        var second = await other.Read().WaitAsync(context.CancellationToken) ?? throw ApiErrors.NotFound(request.Second);
        if (BreachComparison.Obstacles(first.Status, second.Status) is { IsEmpty: false } obstacles)
        {
            throw ApiErrors.Of(StatusCode.FailedPrecondition, ErrorReason.BreachesNotComparable, string.Join(" ", obstacles));
        }

        var (notes, otherNotes) = (await one.Notes().WaitAsync(context.CancellationToken), await other.Notes().WaitAsync(context.CancellationToken));
        var comparison = BreachComparison.Of(first.Status.Headline!, second.Status.Headline!, notes, otherNotes);
        return new()
        {
            First = BreachMessages.Of(first.Status),
            Second = BreachMessages.Of(second.Status),
            Confidence = comparison.Confidence,
            Differences = { comparison.Figures.Select(BreachMessages.Of) },
            Basis = comparison.IsPaired
                ? "The two met the same luck run by run; intervals marked paired are of the differences between single runs."
                : string.Create(CultureInfo.InvariantCulture, $"The single runs of both are not kept, which they are of at most {RunNotes.RunsMax:N0} runs; the intervals are those of independent samples, wider than need be."),
        };
    }

    /// <summary>The same request, the same breach: its id follows from the caller's.</summary>
    private static string IdOf(string requestId) => requestId.Length == 0
        ? Guid.NewGuid().ToString("N")
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(requestId)))[..IdLength];

    /// <summary>Counted as last saved: orders of the same instant may go beyond it by their number.</summary>
    private async Task CheckRoom(CancellationToken cancellation)
    {
        var all = await index.All(cancellation);
        if (all.Length >= BreachRules.KeptMax)
        {
            throw ApiErrors.Of(StatusCode.ResourceExhausted, ErrorReason.TooManyBreaches, $"{BreachRules.KeptMax} breaches are kept; delete some.");
        }

        if (all.Count(status => !status.IsDone) >= BreachRules.OpenMax)
        {
            throw ApiErrors.Of(
                StatusCode.ResourceExhausted, ErrorReason.TooManyBreaches, $"{BreachRules.OpenMax} breaches wait or run; try again later.");
        }
    }

    private static async Task<BreachStatus?> News(IBreachGrain grain, BreachStatus? sent) =>
        sent is null ? (await grain.Read())?.Status : await grain.Beyond(sent);

    /// <summary>The silo of a breach may die, and another takes it on within seconds: whoever watches stays.</summary>
    private async Task<T> Steady<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ask().WaitAsync(cancellation);
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException && tries < TriesMax)
            {
                await Task.Delay(Retry, time, cancellation);
            }
        }
    }

    private IBreachGrain FindFor(string name, string principal)
    {
        var violations = new Violations();
        violations.Text("principal", principal, 1, Violations.PrincipalLengthMax);
        violations.Throw();
        return Find(name, "name");
    }

    /// <exception cref="RpcException">NOT_FOUND, or INVALID_ARGUMENT for a name of another kind.</exception>
    private IBreachGrain Find(string name, string field)
    {
        if (ResourceNames.IdOf(name, ResourceNames.Breaches) is not { } id)
        {
            var text = $"'{name}' is no name such as '{ResourceNames.Breaches}...'.";
            throw ApiErrors.With(StatusCode.InvalidArgument, ErrorReason.InvalidFields, text, [new(field, text)]);
        }

        // No other id was ever given: no grain is woken for whatever else is asked.
        return id.Length == IdLength && id.All(char.IsAsciiHexDigitLower)
            ? grains.GetGrain<IBreachGrain>(GrainKeys.OfBreach(id)) : throw ApiErrors.NotFound(name);
    }

    [LoggerMessage(4301, LogLevel.Information, "{Name} was deleted by {Principal}.")]
    private partial void Deleted(string name, string principal);
}
