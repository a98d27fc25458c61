using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;
using CityTwin.Import.Security;

namespace CityTwin.Import.Scenarios;

/// <summary>Reads a breach scenario for a city, telling all its faults at once, before anything runs. No input makes it throw.</summary>
public static class BreachScenarioReader
{
    /// <param name="name">The file's name, for the faults.</param>
    public static BreachScenarioReadResult Read(string name, ReadOnlyMemory<byte> content, City city)
    {
        var faults = new FaultList();
        using var document = JsonFile.Parse(name, content, faults);
        var scenario = document is not null
            && Fields.Of(document.RootElement, Place.Root(name), ScenarioFormat.BreachScenario, faults) is { } fields
            ? new Reading(fields, faults, city).Scenario()
            : null;
        return new(faults.HasErrors ? null : scenario, faults.ToImmutable());
    }

    private sealed class Reading(Fields fields, FaultList faults, City city)
    {
        private readonly ScenarioParts _parts = new(fields, faults, city);
        private readonly SecurityModel _model = city.Security;
        private readonly Dictionary<StepId, AttackStep> _steps = city.Security.Steps.ToDictionary(step => step.Id);

        public BreachScenario Scenario()
        {
            if (_steps.Count == 0)
            {
                fields.ErrorHere(FaultCode.UnknownReference, "The city says of no step how it can be attacked; give it a security model.");
            }

            _parts.CheckVersion(BreachScenario.SchemaVersion);
            var horizon = _parts.Horizon(ScenarioFormat.HorizonSeconds);
            var defences = Named(SecurityFormat.Defences, _model.Defences.Select(defence => defence.Id.Value), "defence");
            var profile = Profile();
            var scenario = new BreachScenario(
                fields.Text(Names.Name) ?? "",
                fields.Text(ScenarioFormat.About) ?? "",
                _parts.CityHash(),
                _parts.Instant(ScenarioFormat.StartsAt),
                horizon ?? 0,
                profile?.Id ?? default,
                Entries(),
                Start(),
                Targets(),
                _parts.Events(horizon ?? Core.Simulation.Scenario.HorizonTicksMax, Segments(defences)),
                [.. defences.Select(defence => new DefenceId(defence))],
                _parts.Seed(),
                (int)fields.Whole(ScenarioFormat.Runs, 1, BreachScenario.RunsMax),
                InputDraws());
            fields.Close();
            if (profile is not null && !faults.HasErrors)
            {
                CheckReach(profile, scenario);
            }

            return scenario;
        }

        private int InputDraws()
        {
            var draws = (int)fields.Whole(ScenarioFormat.InputDraws, 0, BreachScenario.InputDrawsMax, required: false);
            if (draws == 1)
            {
                fields.Error(FaultCode.OutOfRange, ScenarioFormat.InputDraws,
                    $"One draw says nothing of how much inputs matter; draw them 2 to {BreachScenario.InputDrawsMax} times, or 0 times to leave them at their values.");
            }

            return draws;
        }

        private AdversaryProfile? Profile()
        {
            if (fields.Id(ScenarioFormat.Profile) is not { } id)
            {
                return null;
            }

            var profile = _model.Profiles.FirstOrDefault(profile => profile.Id.Value == id);
            if (profile is null && _steps.Count > 0)
            {
                Unknown("adversary profile", id, ScenarioFormat.Profile, _model.Profiles.Select(one => one.Id.Value));
            }

            return profile;
        }

        private ImmutableArray<StepId> Entries()
        {
            var entries = Named(SecurityFormat.Entries, _steps.Keys.Select(step => step.Value), "step").Select(id => new StepId(id)).ToImmutableArray();
            foreach (var entry in entries.Where(entry => _steps.TryGetValue(entry, out var step) && step.Kind != StepKind.Cyber))
            {
                fields.Error(FaultCode.Contradiction, SecurityFormat.Entries,
                    $"'{entry}' is a physical step, and an adversary begins with cyber steps only; name the area to begin in with '{ScenarioFormat.Start}'.");
            }

            return entries;
        }

        private AreaId? Start()
        {
            if (fields.Id(ScenarioFormat.Start, required: false) is not { } id)
            {
                return null;
            }

            if (_steps.Count > 0 && !_model.Areas.Any(area => area.Id.Value == id))
            {
                Unknown("area", id, ScenarioFormat.Start, _model.Areas.Select(one => one.Id.Value));
            }

            return new(id);
        }

        private ImmutableArray<StepId> Targets()
        {
            if (!fields.Has(ScenarioFormat.Targets))
            {
                fields.Error(FaultCode.MissingProperty, ScenarioFormat.Targets, "A breach is about something: name the steps it must reach in 'targets'.");
                return [];
            }

            var targets = Named(ScenarioFormat.Targets, _steps.Keys.Select(step => step.Value), "step");
            if (targets.IsEmpty && fields.Json(ScenarioFormat.Targets) is { ValueKind: System.Text.Json.JsonValueKind.Array })
            {
                fields.Error(FaultCode.OutOfRange, ScenarioFormat.Targets, "A breach is about something: name at least one step.");
            }

            return [.. targets.Select(id => new StepId(id))];
        }

        /// <summary>What can fail: the city's segments, and those that the defences in place build.</summary>
        private HashSet<string> Segments(ImmutableArray<string> defences) =>
        [
            .. city.Segments.Select(segment => segment.Id.Value),
            .. _model.Defences.Where(defence => defences.Contains(defence.Id.Value))
                .SelectMany(defence => defence.Effects).OfType<LinkAdded>().Select(added => added.Patch.Id.Value),
        ];

        private ImmutableArray<string> Named(string name, IEnumerable<string> known, string kind)
        {
            var ids = fields.Words(name);
            var there = known.ToHashSet(StringComparer.Ordinal);
            for (var i = 0; i < ids.Length && _steps.Count > 0; i++)
            {
                if (CityFormat.IsId(ids[i]) && !there.Contains(ids[i]))
                {
                    faults.Error(FaultCode.UnknownReference, fields.PlaceOf(name).Element(i), $"The city's security model has no {kind} '{ids[i]}'{SpellingAdvice.EndOfSentence(ids[i], there)}");
                }
            }

            return ids.Sort(StringComparer.Ordinal);
        }

        private void CheckReach(AdversaryProfile profile, BreachScenario scenario)
        {
            var isDrawn = scenario.InputDraws > 0;
            var entries = scenario.EntriesOf(profile);
            var start = scenario.StartOf(profile);
            var reached = StepReach.From(
                _model, entries, start is { } area ? [area] : [], isDrawn ? profile.Skill.High : profile.Skill.Value, isDrawn);
            foreach (var target in scenario.Targets.Where(target => !reached.Contains(target)))
            {
                fields.Error(FaultCode.UnreachableTarget, ScenarioFormat.Targets,
                    $"Nothing leads '{profile.Id}' from the entries and the start to '{target}': no parents, no way through the areas, a step that never exists, or one that needs more skill.");
            }
        }

        private void Unknown(string kind, string id, string name, IEnumerable<string> known) =>
            fields.Error(FaultCode.UnknownReference, name, $"The city's security model has no {kind} '{id}'{SpellingAdvice.EndOfSentence(id, known)}");
    }
}

/// <summary>A breach scenario, or why there is none; warnings may come with it.</summary>
public sealed record BreachScenarioReadResult(BreachScenario? Scenario, ImmutableArray<Fault> Faults);
