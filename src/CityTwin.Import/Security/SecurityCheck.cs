using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Security;

/// <summary>Asks whether the parts of a security model fit together and to the city.</summary>
internal static class SecurityCheck
{
    public static void Run(SecurityModel model, CityDraft city, Place root)
    {
        CheckDetectors(model, city, root);
        CheckListeners(model, city.Faults, root);
        CheckCycles(model, city.Faults, root);

        // Where ids are wrong nobody knows what leads where.
        if (!city.Faults.HasErrors)
        {
            CheckReach(model, city.Faults, root);
        }
    }

    /// <summary>A meter or a contact that reports no events notices nobody.</summary>
    private static void CheckDetectors(SecurityModel model, CityDraft city, Place root)
    {
        var roles = new Dictionary<SensorId, SensorRole>();
        city.Sensors.ForEach(sensor => roles[sensor.Id] = sensor.Role);
        foreach (var step in model.Steps)
        {
            for (var i = 0; i < step.Detections.Length; i++)
            {
                Check(step.Detections[i], PlaceOf(root, SecurityFormat.Steps, step.Id.Value).Member(SecurityFormat.Detections).Element(i), step.Id.Value);
            }
        }

        foreach (var defence in model.Defences)
        {
            foreach (var added in defence.Effects.OfType<DetectionAdded>())
            {
                Check(added.Detection, PlaceOf(root, SecurityFormat.Defences, defence.Id.Value).Member(SecurityFormat.Effects), defence.Id.Value);
            }
        }

        void Check(Detection detection, Place place, string feature)
        {
            if (detection.Sensor is { } sensor && roles.TryGetValue(sensor, out var role) && role != SensorRole.Detection)
            {
                city.Faults.Warning(FaultCode.NotADetector, place,
                    $"The sensor '{sensor}' is no detection sensor, so it will not report an intruder; name a camera, door or intrusion sensor.", feature);
            }
        }
    }

    /// <summary>A sensor tells each asset that names it of each event: with too many it could not keep up.</summary>
    private static void CheckListeners(SecurityModel model, FaultList faults, Place root)
    {
        var tooMany = model.Assets.SelectMany(asset => asset.Sensors.Select(sensor => (sensor, asset.Id)))
            .GroupBy(pair => pair.sensor, pair => pair.Id).Select(group => (Sensor: group.Key, Assets: group.ToList()))
            .Where(group => group.Assets.Count > CityLimits.AssetsOfSensorMax);
        foreach (var (sensor, assets) in tooMany.OrderBy(group => group.Sensor))
        {
            var first = assets[CityLimits.AssetsOfSensorMax].Value;
            faults.Error(FaultCode.LimitExceeded, PlaceOf(root, SecurityFormat.Assets, first).Member(Names.Sensors),
                $"{assets.Count} assets name the sensor '{sensor}', and at most {CityLimits.AssetsOfSensorMax} can; let fewer, larger assets name it, or split it into several sensors.", first);
        }
    }

    /// <summary>
    /// Steps that all wait for each other are never reached, unless an adversary begins with one of them. A step with a
    /// single parent waits for it as much as an AND step does. What is left when every step that waits for none
    /// of the others has been taken away, again and again, holds at least one circle, and every way back leads into one.
    /// </summary>
    private static void CheckCycles(SecurityModel model, FaultList faults, Place root)
    {
        var entries = model.Profiles.SelectMany(profile => profile.Entries).ToHashSet();
        var waiting = model.Steps
            .Where(step => (step.Logic == StepLogic.All || step.Parents.Length == 1) && !entries.Contains(step.Id))
            .ToDictionary(step => step.Id);
        var parents = waiting.Keys.ToDictionary(id => id, id => waiting[id].Parents.Where(waiting.ContainsKey).ToHashSet());
        var children = parents.SelectMany(pair => pair.Value.Select(parent => (parent, child: pair.Key))).ToLookup(pair => pair.parent, pair => pair.child);
        var free = new Queue<StepId>(parents.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key));
        while (free.TryDequeue(out var step))
        {
            parents.Remove(step);
            foreach (var child in children[step])
            {
                if (parents[child].Remove(step) && parents[child].Count == 0)
                {
                    free.Enqueue(child);
                }
            }
        }

        var settled = new HashSet<StepId>();
        foreach (var start in parents.Keys.Order())
        {
            var path = new List<StepId>();
            var at = start;
            while (!settled.Contains(at) && !path.Contains(at))
            {
                path.Add(at);
                at = parents[at].Min();
            }

            if (!settled.Contains(at))
            {
                var circle = string.Join(" -> ", path.Skip(path.IndexOf(at)).Append(at).Reverse());
                faults.Error(FaultCode.StepCycle, PlaceOf(root, SecurityFormat.Steps, at.Value).Member(SecurityFormat.Parents),
                    $"Each of these steps waits for the one before, so none is ever reached: {circle}. Take away a parent, or let one be reached another way.", at.Value);
            }

            settled.UnionWith(path);
        }
    }

    /// <summary>With everybody's skill, everybody's entries and starts, and every entry a scenario could choose.</summary>
    private static void CheckReach(SecurityModel model, FaultList faults, Place root)
    {
        var entries = model.Profiles.SelectMany(profile => profile.Entries)
            .Concat(model.Steps.Where(step => step is { Kind: StepKind.Cyber, Parents.IsEmpty: true }).Select(step => step.Id));
        var entered = model.Steps.Where(step => step.From != step.To).Select(step => step.To).OfType<AreaId>().ToHashSet();
        var starts = model.Profiles.Select(profile => profile.Start).OfType<AreaId>()
            .Concat(model.Areas.Select(area => area.Id).Where(area => !entered.Contains(area)));
        var skill = model.Profiles.Select(profile => profile.Skill.High).DefaultIfEmpty(1).Max();
        var reached = StepReach.From(model, entries, starts, skill, isDrawn: true);
        foreach (var step in model.Steps.Where(step => !reached.Contains(step.Id)))
        {
            faults.Warning(FaultCode.UnreachableStep, PlaceOf(root, SecurityFormat.Steps, step.Id.Value),
                "No adversary can ever reach this step: its parents, its area, its existence or the skill it needs forbid it.", step.Id.Value);
        }
    }

    private static Place PlaceOf(Place root, string list, string id) => root.Member(list).Member(id);
}
