using CityTwin.Api.Reading;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Chains of causes as the contract says them: flat, each link followed by what is behind it.</summary>
internal static class ExplanationMessages
{
    public static V1.Explanation OfSegment(CityVersion version, int place, long now)
    {
        var segment = version.Index.City.Segments[place];
        var message = Begin(version, ResourceNames.Of(segment.Id), version.Segments[place].LevelPermille);
        if (message.LevelPermille < 1000)
        {
            Add(version, message, CauseChain.Explain(StateOf(version, now), CausesOf(version), segment.Id), 0);
        }

        return message;
    }

    public static V1.Explanation OfService(CityVersion version, int place, int service, long now)
    {
        var zone = version.Index.City.Zones[place];
        var status = version.Zones[place].Services[service];
        var message = Begin(version, ResourceNames.Of(zone.Id), status.LevelPermille);
        message.Service = status.Service.Value;
        if (status.LevelPermille < 1000)
        {
            var expression = zone.Services[service].Level;
            var link = new V1.ExplanationLink
            {
                Name = message.Name,
                LevelPermille = status.LevelPermille,
                Reason = V1.ExplanationReason.Service,
                Rule = $"{status.Service} = {RuleText.Of(expression)}",
            };
            message.Links.Add(link);
            var chains = CauseChain.Explain(StateOf(version, now), CausesOf(version), expression);
            if (!chains.IsEmpty)
            {
                (link.Supplier, link.SupplierLevelPermille) = (ResourceNames.Of(chains[0].Segment), chains[0].LevelPermille);
            }

            foreach (var chain in chains)
            {
                Add(version, message, chain, 1);
            }
        }

        return message;
    }

    private static KernelState StateOf(CityVersion version, long now) => version.Fork(now).ToState(version.Index.Kernel);

    private static Func<SegmentId, System.Collections.Immutable.ImmutableArray<Core.Cascades.Cause>> CausesOf(CityVersion version) =>
        segment => version.Index.Find(segment) is { } place ? version.CausesOf(place) : [];

    private static V1.Explanation Begin(CityVersion version, string name, int level) => new()
    {
        Name = name,
        LevelPermille = level,
        Version = VersionToken.Of(version).ToString(),
        AsOfTime = Times.Of(version.AsOf),
    };

    private static void Add(CityVersion version, V1.Explanation message, CauseChain chain, int depth)
    {
        var place = version.Index.Find(chain.Segment)!.Value;
        var link = new V1.ExplanationLink
        {
            Name = ResourceNames.Of(chain.Segment),
            LevelPermille = chain.LevelPermille,
            Reason = ReasonOf(chain.Term),
            Rule = RuleOf(version.Index.City.Segments[place].Rule, chain.Term),
            Cascade = version.Segments[place].LevelBatch is > 0 and var batch ? ResourceNames.OfCascade(batch) : "",
            Depth = depth,
        };
        if (chain.Cause is not null)
        {
            link.Causes.AddRange(version.CausesOf(place).Select(ZoneMessages.CauseOf));
        }

        if (!chain.Because.IsEmpty)
        {
            (link.Supplier, link.SupplierLevelPermille) = (ResourceNames.Of(chain.Because[0].Segment), chain.Because[0].LevelPermille);
        }

        message.Links.Add(link);
        foreach (var behind in chain.Because)
        {
            Add(version, message, behind, depth + 1);
        }
    }

    private static string RuleOf(SegmentRule rule, CauseTerm term) => term switch
    {
        CauseTerm.Needs => $"needs {RuleText.Of(rule.Needs)}",
        CauseTerm.Supply or CauseTerm.EmptyBackup => $"supply = {RuleText.Of(rule.Supply)}",
        CauseTerm.Backup => $"backup of {rule.Backup?.CoverPermille} per mille for {RuleText.Of(rule.Supply)}",
        CauseTerm.Network => $"widest path of network {rule.Membership?.Network}",
        CauseTerm.Restart => $"restart after {rule.RestartLagTicks / SegmentRule.TicksPerSecond} s",
        _ => "",
    };

    private static V1.ExplanationReason ReasonOf(CauseTerm term) => term switch
    {
        CauseTerm.Ceiling => V1.ExplanationReason.Ceiling,
        CauseTerm.Needs => V1.ExplanationReason.Needs,
        CauseTerm.Supply => V1.ExplanationReason.Supply,
        CauseTerm.EmptyBackup => V1.ExplanationReason.BackupEmpty,
        CauseTerm.Backup => V1.ExplanationReason.Backup,
        CauseTerm.Network => V1.ExplanationReason.Network,
        CauseTerm.Restart => V1.ExplanationReason.Restarting,
        CauseTerm.Ring => V1.ExplanationReason.WaitsForStart,
        CauseTerm.Told => V1.ExplanationReason.Told,
        CauseTerm.Limit => V1.ExplanationReason.Limit,
        _ => V1.ExplanationReason.Unspecified,
    };
}
