using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;
using CityTwin.Import.Scenarios;

namespace CityTwin.Import.Security;

/// <summary>Reads the catalogue of defences. What they build in the city is told apart, for it can be judged only by the whole city.</summary>
internal sealed class DefenceReader(SecurityDraft draft, StepReader steps)
{
    private const double CostMin = 0.01;
    private const double CostMax = 1e12;
    private const double FactorMax = 1_000;

    /// <summary>Where each patch of each defence stands, in the order of <see cref="PatchRules.Faults"/>.</summary>
    private readonly Dictionary<string, List<(Place Place, string Defence)>> _patchPlaces = new()
    {
        [ScenarioFormat.Backups] = [],
        [ScenarioFormat.Feeds] = [],
        [ScenarioFormat.Links] = [],
    };

    private readonly HashSet<string> _guards = new(StringComparer.Ordinal);
    private CityPatch _patch = CityPatch.None;

    public Defence Read(string id, Fields fields)
    {
        var effects = ImmutableArray.CreateBuilder<DefenceEffect>();
        var defence = new Defence(
            new(id),
            fields.Text(Names.Name, required: false) ?? id,
            fields.Id(Names.Kind) ?? "",
            fields.ReadEstimate(SecurityFormat.Cost, CostMin, CostMax),
            []);
        foreach (var item in StepReader.Limited(fields, SecurityFormat.Effects, fields.Each(SecurityFormat.Effects, SecurityFormat.DefenceEffectWords)))
        {
            if (StepReader.OneOf(item, SecurityFormat.DefenceEffectWords) is var (word, parts))
            {
                effects.Add(Effect(word, parts));
                parts.Close();
            }
        }

        if (!fields.Has(SecurityFormat.Effects))
        {
            fields.Error(FaultCode.MissingProperty, SecurityFormat.Effects, "A defence without effects changes nothing; say what it does.");
        }

        return defence with { Effects = effects.ToImmutable() };
    }

    /// <summary>Tells which patches do not fit the city. All are tried together: what fits so, fits in every choice of defences.</summary>
    public void CheckPatches(City city)
    {
        if (_patchPlaces.Values.All(places => places.Count == 0))
        {
            return;
        }

        foreach (var fault in PatchRules.Faults(city, _patch))
        {
            // A supply loop is of all patches together; it is told at the first of its list.
            var (place, defence) = _patchPlaces[fault.List].Concat(_patchPlaces.Values.SelectMany(places => places)).ElementAt(fault.Index);
            draft.Faults.Error(FaultCode.BadPatch, place, fault.Message, defence);
        }
    }

    private DefenceEffect Effect(string word, Fields fields) => word switch
    {
        SecurityFormat.StepDisabled => new StepDisabled(Step(fields)),
        SecurityFormat.StepRarer => new StepRarer(Step(fields), fields.ReadShare(SecurityFormat.Factor)),
        SecurityFormat.StepSlower => new StepSlower(Step(fields), fields.ReadEstimate(SecurityFormat.Factor, 1, FactorMax)),
        SecurityFormat.DetectionAdded => new DetectionAdded(Step(fields), Detection(fields)),
        SecurityFormat.GuardAdded => Guard(fields),
        SecurityFormat.BackupAdded => Backup(fields),
        SecurityFormat.FeedAdded => Feed(fields),
        SecurityFormat.LinkAdded => Link(fields),
        SecurityFormat.ResponseFaster => new ResponseFaster(
            fields.Word(Names.Kind, SecurityFormat.StepKinds) ?? StepKind.Cyber, fields.ReadShare(SecurityFormat.Factor)),
        _ => new NeutralisationBetter(fields.ReadShare(SecurityFormat.FailureFactor)),
    };

    private StepId Step(Fields fields) => new(draft.Name(fields, SecurityFormat.Step, SecurityKind.Step, required: true) ?? "");

    private Detection Detection(Fields effect)
    {
        if (effect.Object(SecurityFormat.Detection, SecurityFormat.DetectionParts, required: true) is not { } fields)
        {
            return new(null, Estimate.Zero, DetectionPoint.Beginning, null);
        }

        var detection = steps.Detection(fields);
        fields.Close();
        return detection;
    }

    private GuardAdded Guard(Fields fields)
    {
        var id = fields.Id(Names.Id) ?? "";
        if (id.Length > 0 && (draft.HasInCity(id) || !_guards.Add(id)))
        {
            fields.Error(FaultCode.DuplicateId, Names.Id, $"Something has the id '{id}' already; give the new guard another.");
        }

        return new(new(
            new(id),
            fields.Text(Names.Name, required: false) ?? id,
            SecurityReader.Position(fields),
            new(draft.Name(fields, Names.Zone, EntityKind.Zone, required: true) ?? ""),
            fields.Words(Names.Skills).Sort(StringComparer.Ordinal),
            fields.Number(Names.SpeedMetresPerSecond, FeatureReader.SpeedMin, FeatureReader.SpeedMax, required: true) ?? 1));
    }

    private BackupAdded Backup(Fields fields)
    {
        var patch = PatchReader.Backup(fields);
        Note(ScenarioFormat.Backups, fields);
        _patch = _patch with { Backups = _patch.Backups.Add(patch) };
        return new(patch);
    }

    private FeedAdded Feed(Fields fields)
    {
        var patch = PatchReader.Feed(fields);
        Note(ScenarioFormat.Feeds, fields);
        _patch = _patch with { Feeds = _patch.Feeds.Add(patch) };
        return new(patch);
    }

    private LinkAdded Link(Fields fields)
    {
        var patch = PatchReader.Link(fields);
        Note(ScenarioFormat.Links, fields);
        _patch = _patch with { Links = _patch.Links.Add(patch) };
        return new(patch);
    }

    private void Note(string list, Fields fields) => _patchPlaces[list].Add((fields.Place, fields.Feature ?? ""));
}
