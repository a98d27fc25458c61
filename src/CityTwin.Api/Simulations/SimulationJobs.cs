using System.Text;
using System.Threading.Channels;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Simulation;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Simulations;

/// <summary>
/// The runs of this server: a few at once, some waiting, the newest remembered. They work on forks; nothing live knows of
/// them, and a restart forgets them.
/// </summary>
internal sealed partial class SimulationJobs : BackgroundService
{
    private readonly Lock _lock = new();
    private readonly List<SimulationJob> _jobs = [];
    private readonly Channel<SimulationJob> _waiting;
    private readonly ApiOptions _options;
    private readonly ApiInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<SimulationJobs> _logger;

    public SimulationJobs(IOptions<ApiOptions> options, ApiInstruments instruments, TimeProvider time, ILogger<SimulationJobs> logger)
    {
        (_options, _instruments, _time, _logger) = (options.Value, instruments, time, logger);
        _waiting = Channel.CreateBounded<SimulationJob>(new BoundedChannelOptions(_options.SimulationsWaitingMax) { FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<SimulationJob> All()
    {
        lock (_lock)
        {
            return [.. _jobs.AsEnumerable().Reverse()];
        }
    }

    /// <summary>By name; null when it is unknown or forgotten.</summary>
    public SimulationJob? Find(string name) => All().FirstOrDefault(job => job.Current.Name == name);

    public SimulationJob? WithRequest(string requestId) => All().FirstOrDefault(job => job.Current.RequestId == requestId);

    /// <summary>Puts a run in the queue; a request that is known already gives the run it made.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED when too many wait.</exception>
    public SimulationJob Add(SimulationJob job)
    {
        lock (_lock)
        {
            if (_jobs.Find(known => known.Current.RequestId == job.Current.RequestId) is { } same)
            {
                job.Dispose();
                return same;
            }

            if (!_waiting.Writer.TryWrite(job))
            {
                job.Dispose();
                throw ApiErrors.Of(
                    StatusCode.ResourceExhausted, ErrorReason.TooManySimulations, $"{_options.SimulationsWaitingMax} simulations are waiting; try again later.");
            }

            _instruments.Simulations(1);
            _jobs.Add(job);
            Forget();
            return job;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _options.SimulationsRunningMax).Select(_ => Work(stoppingToken)));

    private async Task Work(CancellationToken stopping)
    {
        try
        {
            await foreach (var job in _waiting.Reader.ReadAllAsync(stopping))
            {
                _instruments.Simulations(-1);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(job.Stop.Token, stopping);
                await Task.Factory.StartNew(() => Run(job, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops: what waits is forgotten with it.
        }
    }

    private void Run(SimulationJob job, CancellationToken cancellation)
    {
        job.Change(simulation =>
        {
            simulation.State = V1.SimulationState.Running;
            simulation.StartTime = Times.Of(_time.GetUtcNow());
        });
        try
        {
            var told = 0;
            var report = Simulator.Run(
                job.Version.Index.City,
                job.Start,
                job.Scenario,
                progress: done =>
                {
                    if (done > told)
                    {
                        told = done;
                        job.Change(simulation => simulation.ProgressPermille = done);
                    }
                },
                cancellation: cancellation);
            using var stream = new MemoryStream();
            ReportJson.Write(stream, report);
            var json = Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
            End(job, V1.SimulationState.Succeeded, simulation => (simulation.ReportJson, simulation.ProgressPermille) = (json, 1000));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            End(job, V1.SimulationState.Cancelled, _ => { });
        }
        catch (KernelLimitException limit)
        {
            End(job, V1.SimulationState.Failed, simulation => simulation.Error = ApiErrors.StatusOf(
                StatusCode.ResourceExhausted, ErrorReason.SimulationTooLong, limit.Message, []));
        }
        catch (Exception failure)
        {
            RunFailed(failure, job.Current.Name);
            End(job, V1.SimulationState.Failed, simulation => simulation.Error = ApiErrors.StatusOf(
                StatusCode.Internal, ErrorReason.Internal, "The server made a mistake; it is logged.", []));
        }
    }

    private void End(SimulationJob job, V1.SimulationState state, Action<V1.Simulation> change) => job.Change(simulation =>
    {
        change(simulation);
        simulation.State = state;
        simulation.EndTime = Times.Of(_time.GetUtcNow());
    });

    /// <summary>The oldest that are done go first; what still runs is never forgotten.</summary>
    private void Forget()
    {
        while (_jobs.Count > _options.SimulationsRememberedMax && _jobs.Find(job => SimulationJob.IsDone(job.Current)) is { } old)
        {
            _jobs.Remove(old);
            old.Dispose();
        }
    }

    [LoggerMessage(4201, LogLevel.Error, "The simulation {Name} failed.")]
    private partial void RunFailed(Exception failure, string name);
}
