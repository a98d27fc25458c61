using System.Text;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Overview;
using CityTwin.Api.Reading;
using CityTwin.Api.Self;
using CityTwin.Core.Health;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Simulations;

/// <summary>What-if runs on a fork of the live city.</summary>
internal sealed class SimulationService(
    CityReader reader, SimulationJobs jobs, ReadScenario read, StreamLimit streams, ServerIdentity identity, SiloSelf self, TimeProvider time,
    IOptions<ApiOptions> options)
    : V1.SimulationService.SimulationServiceBase
{
    private const int ScenarioBytesMax = 1024 * 1024;

    public override async Task<V1.Simulation> CreateSimulation(V1.CreateSimulationRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Command(request.Principal, request.Reason, request.RequestId, reasonRequired: false);
        var document = Encoding.UTF8.GetBytes(request.ScenarioJson);
        if (document.Length is 0 or > ScenarioBytesMax)
        {
            violations.Add("scenario_json", $"scenario_json has 1 to {ScenarioBytesMax} bytes.", "OUT_OF_RANGE");
        }

        violations.Throw();
        if (request.RequestId.Length > 0 && jobs.WithRequest(request.RequestId) is { } known)
        {
            return known.Current;
        }

        var version = await reader.AtLeast(request.AtLeastVersion, context.CancellationToken);
        var reading = read(document, version.Index.City);
        if (reading.Scenario is not { } scenario)
        {
            throw ApiErrors.With(
                StatusCode.InvalidArgument,
                ErrorReason.InvalidScenario,
                $"scenario_json has {reading.Faults.Length} faults.",
                [.. reading.Faults.Select(fault => new Violation($"scenario_json{fault.Place.TrimStart('$')}", fault.Message, fault.Code))]);
        }

        var now = time.GetUtcNow();
        var start = version.Fork(now.ToUnixTimeMilliseconds());
        var id = Guid.NewGuid().ToString("N");
        return jobs.Add(new(
            new()
            {
                Name = NamesAt(identity.Silo) + id,
                State = V1.SimulationState.Queued,
                Principal = request.Principal,
                Reason = request.Reason,
                RequestId = request.RequestId.Length > 0 ? request.RequestId : id,
                ScenarioJson = request.ScenarioJson,
                Version = VersionToken.Of(version).ToString(),
                AsOfTime = Times.OfTicks(start.At),
                CreateTime = Times.Of(now),
            },
            version,
            start,
            scenario)).Current;
    }

    public override Task<V1.Simulation> GetSimulation(V1.GetSimulationRequest request, ServerCallContext context) =>
        Task.FromResult(Find(request.Name).Current);

    public override Task<V1.ListSimulationsResponse> ListSimulations(V1.ListSimulationsRequest request, ServerCallContext context)
    {
        var (items, next) = Pages.Slice(ResourceNames.Simulations, jobs.All(), request.PageSize, request.PageToken, options.Value);
        return Task.FromResult(new V1.ListSimulationsResponse
        {
            Simulations =
            {
                items.Select(job =>
                {
                    var brief = job.Current.Clone();
                    (brief.ReportJson, brief.ScenarioJson) = ("", "");
                    return brief;
                }),
            },
            NextPageToken = next,
        });
    }

    public override async Task<V1.Simulation> CancelSimulation(V1.CancelSimulationRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Text("principal", request.Principal, 1, Violations.PrincipalLengthMax);
        violations.Throw();
        var job = Find(request.Name);
        if (!SimulationJob.IsDone(job.Current))
        {
            await job.Stop.CancelAsync();
        }

        return job.Current;
    }

    public override async Task WatchSimulation(
        V1.WatchSimulationRequest request, IServerStreamWriter<V1.Simulation> responseStream, ServerCallContext context)
    {
        using var stream = streams.Enter();
        var job = Find(request.Name);
        V1.Simulation? sent = null;
        while (sent is null || !SimulationJob.IsDone(sent))
        {
            sent = await job.Beyond(sent, context.CancellationToken);
            await responseStream.WriteAsync(sent, context.CancellationToken);
        }
    }

    /// <summary>The name says which silo runs it: nobody else knows anything of it.</summary>
    private static string NamesAt(string silo) => $"{ResourceNames.Simulations}{silo}.";

    private SimulationJob Find(string name)
    {
        if (jobs.Find(name) is { } job)
        {
            return job;
        }

        var keeper = self.Look().Silos.FirstOrDefault(silo => silo.Name != identity.Silo
            && silo.Standing is SiloStanding.Active or SiloStanding.Leaving && name.StartsWith(NamesAt(silo.Name), StringComparison.Ordinal));
        throw keeper is null ? ApiErrors.NotFound(name)
            : ApiErrors.Of(
                StatusCode.Unavailable, ErrorReason.AtAnotherSilo, $"The silo {keeper.Name} runs this simulation and alone knows it; ask there.",
                ("silo", keeper.Name));
    }
}
