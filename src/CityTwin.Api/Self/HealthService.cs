using CityTwin.Api.Mapping;
using CityTwin.Core.Health;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Self;

/// <summary>What the answering silo knows of itself; the host fills it in, because the public interface does not know storage, ingest and cluster.</summary>
public sealed record SiloSelf(Func<SiloFacts> Look);

/// <summary>How the twin itself is.</summary>
internal sealed class HealthService(SiloSelf self) : V1.HealthService.HealthServiceBase
{
    public override Task<V1.SiloHealth> GetHealth(V1.GetHealthRequest request, ServerCallContext context) => Task.FromResult(Of(self.Look()));

    private static V1.SiloHealth Of(SiloFacts facts)
    {
        var health = new V1.SiloHealth
        {
            Silo = facts.Silo,
            CurrentTime = Times.Of(facts.At),
            Up = Duration.FromTimeSpan(facts.Up),
            Troubles = { HealthRules.Examine(facts).Select(Of) },
            Silos = { facts.Silos.Select(Of) },
            LogHead = facts.LogHead,
            ViewBehind = Duration.FromTimeSpan(facts.ViewBehind),
            WritesWaiting = facts.WritesWaiting,
            Silent = Duration.FromTimeSpan(facts.Silent),
            SensorsExpected = facts.SensorsExpected,
            SensorsReporting = facts.SensorsReporting,
            TakenPerSecond = facts.TakenPerSecond,
            MalformedPerSecond = facts.MalformedPerSecond,
            MessagesWaiting = facts.MessagesWaiting,
            AuditWaiting = facts.AuditWaiting,
            Watches = facts.Watches,
            WatchesFull = facts.WatchesFull,
            TellsWaiting = facts.TellsWaiting,
            TellsStuck = facts.TellsStuck,
            SleepersStuck = facts.SleepersStuck,
        };
        if (facts.ViewSeq is { } seq)
        {
            health.ViewSequence = seq;
        }

        if (facts.DiskFreeBytes is { } free)
        {
            health.DiskFreeBytes = free;
        }

        return health;
    }

    private static V1.Trouble Of(Trouble trouble) => new()
    {
        Code = trouble.Code,
        Severity = trouble.Severity == TroubleSeverity.Severe ? V1.TroubleSeverity.Severe : V1.TroubleSeverity.Warning,
        Text = trouble.Text,
        Advice = trouble.Advice,
    };

    private static V1.Silo Of(SiloSeen silo) => new()
    {
        Name = silo.Name,
        Address = silo.Address,
        Standing = silo.Standing switch
        {
            SiloStanding.Active => V1.SiloStanding.Active,
            SiloStanding.Joining => V1.SiloStanding.Joining,
            SiloStanding.Leaving => V1.SiloStanding.Leaving,
            SiloStanding.Lost => V1.SiloStanding.Lost,
            _ => V1.SiloStanding.Gone,
        },
        SinceTime = Times.Of(silo.Since),
    };
}
