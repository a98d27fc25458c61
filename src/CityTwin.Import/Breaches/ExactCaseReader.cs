using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Breaches;

/// <summary>
/// Reads questions with exact answers: one case, or a file of many under <c>cases</c>. A case has <c>tasks</c> (EASI),
/// <c>stages</c> (the formula of exponential stages) or <c>steps</c> (an AND/OR graph). All faults are told at once; no input
/// makes it throw.
/// </summary>
public static class ExactCaseReader
{
    /// <param name="name">The file's name, for the faults.</param>
    public static ExactCaseReadResult Read(string name, ReadOnlyMemory<byte> content)
    {
        var faults = new FaultList();
        using var document = JsonFile.Parse(name, content, faults);
        var cases = document is null ? [] : new Reading(faults).Cases(document.RootElement, Place.Root(name)).ToImmutableArray();
        return new(faults.HasErrors ? [] : cases, faults.ToImmutable());
    }

    private sealed class Reading(FaultList faults)
    {
        public List<ExactCase> Cases(JsonElement root, Place place)
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(ExactCaseFormat.Cases, out _))
            {
                return Case(root, place) is { } single ? [single] : [];
            }

            if (Fields.Of(root, place, ExactCaseFormat.File, faults) is not { } file)
            {
                return [];
            }

            file.Close();
            return Items(file, ExactCaseFormat.Cases, (element, at) => Case(element, at) is { } item ? [item] : Enumerable.Empty<ExactCase>());
        }

        private ExactCase? Case(JsonElement element, Place place)
        {
            bool Has(string list) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(list, out _);
            return Has(ExactCaseFormat.Stages) ? Case(element, place, ExactCaseFormat.StageCase, Stages)
                : Has(ExactCaseFormat.Steps) ? Case(element, place, ExactCaseFormat.GraphCase, Graph)
                : Has(ExactCaseFormat.Tasks) || element.ValueKind != JsonValueKind.Object ? Case(element, place, ExactCaseFormat.PathCase, Path)
                : Nothing(place);
        }

        private ExactCase? Case(JsonElement element, Place place, ImmutableArray<string> known, Func<Fields, string, ExactCase> read)
        {
            if (Fields.Of(element, place, known, faults) is not { } fields)
            {
                return null;
            }

            var id = fields.Text(ExactCaseFormat.Id, required: false) ?? "case";
            fields.Feature = id;
            var found = read(fields, id);
            fields.Close();
            return found;
        }

        private ExactCase? Nothing(Place place)
        {
            faults.Error(FaultCode.MissingProperty, place,
                "A case has 'tasks' (a path, for EASI), 'stages' (exponential ones) or 'steps' (an attack graph); add one of them.");
            return null;
        }

        private PathCase Path(Fields fields, string id)
        {
            var tasks = Items(fields, ExactCaseFormat.Tasks, (element, place) => Item(element, place, ExactCaseFormat.Task, id, item => EasiTask.Of(
                item.Text(ExactCaseFormat.Name, required: false) ?? "",
                Time(item, ExactCaseFormat.Mean),
                Time(item, ExactCaseFormat.Deviation),
                Chance(item, ExactCaseFormat.Detected, fallback: null),
                item.Word(ExactCaseFormat.Location, ExactCaseFormat.Locations) ?? default))).ToImmutableArray();
            return new(id, tasks, new(
                Chance(fields, ExactCaseFormat.Communication, fallback: null),
                Time(fields, ExactCaseFormat.ResponseMean),
                Time(fields, ExactCaseFormat.ResponseDeviation)));
        }

        private StageCase Stages(Fields fields, string id)
        {
            var stages = Items(fields, ExactCaseFormat.Stages, (element, place) => Item(element, place, ExactCaseFormat.Stage, id, item =>
            {
                var rate = Time(item, ExactCaseFormat.Rate);
                if (rate == 0 && item.Has(ExactCaseFormat.Rate))
                {
                    item.Error(FaultCode.OutOfRange, ExactCaseFormat.Rate, "A rate must be more than 0: with 0 the stage would never end.");
                }

                return new ExponentialStage(rate, Chance(item, ExactCaseFormat.Detected, fallback: null));
            })).ToImmutableArray();
            return new(id, stages, Time(fields, ExactCaseFormat.ResponseRate));
        }

        private GraphCase Graph(Fields fields, string id)
        {
            var asked = fields.Has(ExactCaseFormat.Kind) ? fields.Word(ExactCaseFormat.Kind, ExactCaseFormat.Kinds) : null;
            var steps = Items(fields, ExactCaseFormat.Steps, (element, place) => Item(element, place, ExactCaseFormat.Step, id, Step));
            var indices = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var step = 0; step < steps.Count; step++)
            {
                if (!indices.TryAdd(steps[step].Id, step) && steps[step].Id.Length > 0)
                {
                    faults.Error(FaultCode.DuplicateId, steps[step].Place.Member(ExactCaseFormat.Id), $"Two steps have the id '{steps[step].Id}'; rename one.", id);
                }
            }

            var graphSteps = steps.Select(step => new GraphStep(
                step.Id, step.Logic, Indices(step.Parents, "parent", indices, id), step.Exists, step.DurationSeconds)).ToImmutableArray();
            var starts = Indices(Names(fields, ExactCaseFormat.Start), "start", indices, id);
            if (starts.IsEmpty && !fields.Has(ExactCaseFormat.Start))
            {
                fields.Error(FaultCode.MissingProperty, ExactCaseFormat.Start, "'start' is missing; name the steps that the attack begins with.");
            }

            foreach (var start in starts.Where(start => graphSteps[start].Exists < 1 || graphSteps[start].DurationSeconds > 0))
            {
                faults.Warning(FaultCode.Contradiction, steps[start].Place,
                    $"'{steps[start].Id}' is a start, so it is reached at time 0; its '{ExactCaseFormat.Exists}' and '{ExactCaseFormat.Duration}' do not count.", id);
            }

            var graph = new StepGraph(graphSteps, starts);
            if (graph.CircleOfAll() is { IsEmpty: false } circle)
            {
                var spelled = string.Join(" -> ", circle.Append(circle[0]).Select(step => steps[step].Id));
                faults.Error(FaultCode.StepCycle, steps[circle[0]].Place.Member(ExactCaseFormat.Parents),
                    $"Each of these steps waits for the one before, so none is ever reached: {spelled}. Take away a parent, or let one be reached another way.", id);
            }

            return new(id, graph, asked != false, asked != true);
        }

        private static DraftStep Step(Fields item) => new(
            item.Place,
            item.Text(ExactCaseFormat.Id) ?? "",
            item.Word(ExactCaseFormat.Type, ExactCaseFormat.Types) ?? default,
            Names(item, ExactCaseFormat.Parents),
            Chance(item, ExactCaseFormat.Exists, fallback: 1),
            item.Number(ExactCaseFormat.Duration, 0, ExactCaseFormat.TimeMax) ?? 0);

        /// <summary>The elements of a list that must be there, as many as are allowed.</summary>
        private static List<T> Items<T>(Fields fields, string name, Func<JsonElement, Place, IEnumerable<T>> read)
        {
            if (fields.Json(name) is not { } list)
            {
                fields.Error(FaultCode.MissingProperty, name, $"'{name}' is missing; add it.");
                return [];
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                fields.Error(FaultCode.WrongType, name, $"'{name}' must be a list, not {JsonFile.NameOf(list.ValueKind)}.");
                return [];
            }

            if (list.GetArrayLength() is 0 or > ExactCaseFormat.ItemsMax)
            {
                fields.Error(list.GetArrayLength() == 0 ? FaultCode.OutOfRange : FaultCode.LimitExceeded, name, $"'{name}' must hold 1 to {ExactCaseFormat.ItemsMax}.");
                return [];
            }

            return list.EnumerateArray().SelectMany((element, index) => read(element, fields.PlaceOf(name).Element(index))).ToList();
        }

        private IEnumerable<T> Item<T>(JsonElement element, Place place, ImmutableArray<string> known, string id, Func<Fields, T> read)
        {
            if (Fields.Of(element, place, known, faults, id) is not { } fields)
            {
                return [];
            }

            var item = read(fields);
            fields.Close();
            return [item];
        }

        private static ImmutableArray<(string Name, Place Place)> Names(Fields fields, string name)
        {
            if (fields.Json(name) is not { } list)
            {
                return [];
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                fields.Error(FaultCode.WrongType, name, $"'{name}' must be a list of step ids, not {JsonFile.NameOf(list.ValueKind)}.");
                return [];
            }

            return [.. list.EnumerateArray().Select((element, index) =>
                (element.ValueKind == JsonValueKind.String ? JsonFile.Text(element) ?? "" : element.GetRawText(), fields.PlaceOf(name).Element(index)))];
        }

        private ImmutableArray<int> Indices(ImmutableArray<(string Name, Place Place)> names, string what, Dictionary<string, int> indices, string id)
        {
            var found = ImmutableArray.CreateBuilder<int>();
            foreach (var (name, place) in names)
            {
                if (indices.TryGetValue(name, out var index))
                {
                    found.Add(index);
                }
                else
                {
                    faults.Error(FaultCode.UnknownReference, place, $"There is no step '{name}' to be a {what}.", id);
                }
            }

            return found.ToImmutable();
        }

        private static double Time(Fields fields, string name) => fields.Number(name, 0, ExactCaseFormat.TimeMax, required: true) ?? 0;

        /// <summary>A probability; required where it has no fallback.</summary>
        private static double Chance(Fields fields, string name, double? fallback) =>
            fields.Number(name, 0, 1, required: fallback is null) ?? fallback ?? 0;
    }

    private sealed record DraftStep(
        Place Place, string Id, StepLogic Logic, ImmutableArray<(string Name, Place Place)> Parents, double Exists, double DurationSeconds);
}

/// <summary>Cases, or why there are none; warnings may come with them.</summary>
public sealed record ExactCaseReadResult(ImmutableArray<ExactCase> Cases, ImmutableArray<Fault> Faults);
