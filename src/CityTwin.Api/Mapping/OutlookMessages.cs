using CityTwin.Api.Analysis;
using CityTwin.Api.Reading;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Outlooks as the contract says them.</summary>
internal static class OutlookMessages
{
    /// <param name="outlook">Null before the first one is computed.</param>
    public static V1.Outlook Of(CityOutlook? outlook, ProfileId profile)
    {
        if (outlook is null || !outlook.ByProfile.TryGetValue(profile, out var report))
        {
            return new() { Profile = ResourceNames.Of(profile) };
        }

        var names = outlook.Version.Index.City.Security.Steps.ToDictionary(step => step.Id, step => step.Name);
        return new()
        {
            Profile = ResourceNames.Of(profile),
            AsOfTime = Times.OfTicks(report.At),
            Horizon = Times.SpanOfTicks(report.HorizonTicks),
            Sources =
            {
                report.From.Select(source => new V1.OutlookSource
                {
                    Asset = ResourceNames.Of(source.Asset), Step = source.Step.Value, SinceTime = Times.OfTicks(source.SinceTicks),
                }),
            },
            Targets = { report.Targets.Select(target => TargetOf(report, target, names[target.Step])) },
            Harm = HarmOf(report.Harm),
            Containments = { report.Containments.Select(ContainmentOf) },
            Best = report.Best is { } best ? ContainmentOf(best) : null,
            Version = VersionToken.Of(outlook.Version).ToString(),
        };
    }

    private static V1.OutlookTarget TargetOf(OutlookReport report, OutlookTarget target, string name) => new()
    {
        Step = target.Step.Value,
        DisplayName = name,
        Asset = ResourceNames.Of(target.Asset),
        ReachTime = Times.OfTicks(target.AtTicks),
        TimeToReach = Times.SpanOfTicks(Math.Max(0, target.AtTicks - report.At)),
        Chance = target.Chance,
        Steps = { target.Way.Select(step => step.Value) },
        Harm = HarmOf(target.Harm),
        DarkServices =
        {
            target.Dark.Select(dark => new V1.DarkService
            {
                Zone = ResourceNames.Of(dark.Zone),
                Service = dark.Service.Value,
                LevelPermille = dark.LevelPermille,
                DarkTime = Times.OfTicks(dark.AtTicks),
                People = dark.People,
            }),
        },
    };

    private static V1.Containment ContainmentOf(Containment containment) => new()
    {
        Name = containment.Asset is { } asset ? ResourceNames.Of(asset) : ResourceNames.Of(containment.Conduit!.Value),
        Harm = HarmOf(containment.Harm),
        Cost = HarmOf(containment.Cost),
    };

    private static V1.Harm HarmOf(Harm harm) => new()
    {
        PeopleHours = harm.PeopleThousandthHours / 1000.0,
        PeopleDarkened = harm.PeopleDarkened,
        Records = harm.Records,
        Targets = harm.Targets,
    };
}
