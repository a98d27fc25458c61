using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Security;

/// <summary>Reads attack steps: what they need, how they are noticed, and what follows from them.</summary>
internal sealed class StepReader(SecurityDraft draft)
{
    private const int ReducedLevelMax = 999;
    private const long RecordsMax = 10_000_000_000;

    public AttackStep Read(string id, Fields fields)
    {
        var kind = fields.Word(Names.Kind, SecurityFormat.StepKinds);
        var step = new AttackStep(
            new(id),
            fields.Text(Names.Name, required: false) ?? id,
            new(draft.Name(fields, SecurityFormat.Asset, SecurityKind.Asset, required: true) ?? ""),
            kind ?? StepKind.Cyber,
            fields.Has(SecurityFormat.Logic) ? fields.Word(SecurityFormat.Logic, SecurityFormat.StepLogics) ?? StepLogic.Any : StepLogic.Any,
            [.. draft.List(fields, SecurityFormat.Parents, SecurityKind.Step).Select(parent => new StepId(parent))],
            fields.ReadDuration(SecurityFormat.Duration, required: true) ?? Duration.None,
            fields.ReadShare(SecurityFormat.Exists, Estimate.One),
            fields.ReadShare(SecurityFormat.Skill, Estimate.Zero),
            [.. Limited(fields, SecurityFormat.Detections, fields.Each(SecurityFormat.Detections, SecurityFormat.DetectionParts)).Select(Detection)],
            Effects(fields),
            Area(fields, SecurityFormat.From),
            Area(fields, SecurityFormat.To),
            draft.Name(fields, SecurityFormat.Through, SecurityKind.Conduit) is { } conduit ? new ConduitId(conduit) : null,
            Techniques(fields));
        if (kind is { } known)
        {
            CheckPlaces(fields, known);
        }

        CheckLength(fields, SecurityFormat.Parents, step.Parents.Length);
        return step;
    }

    public Detection Detection(Fields fields) => new(
        draft.Name(fields, SecurityFormat.Sensor, EntityKind.Sensor) is { } sensor ? new SensorId(sensor) : null,
        fields.ReadShare(SecurityFormat.Probability),
        fields.Word(SecurityFormat.At, SecurityFormat.DetectionPoints) ?? DetectionPoint.Beginning,
        draft.Name(fields, SecurityFormat.Schedule, SecurityKind.Schedule) is { } schedule ? new ScheduleId(schedule) : null);

    /// <summary>A physical step leads from an area to an area; a cyber step has neither.</summary>
    private static void CheckPlaces(Fields fields, StepKind kind)
    {
        foreach (var name in new[] { SecurityFormat.From, SecurityFormat.To })
        {
            if (kind == StepKind.Physical && !fields.Has(name))
            {
                fields.Error(FaultCode.MissingProperty, name,
                    $"A physical step needs '{name}': where the adversary stands before and after it; the same area for an act on the spot.");
            }
            else if (kind == StepKind.Cyber && fields.Has(name))
            {
                fields.Error(FaultCode.Contradiction, name, $"A cyber step has no '{name}'; leave it out, or make the step physical.");
            }
        }

        if (kind == StepKind.Physical && fields.Has(SecurityFormat.Through))
        {
            fields.Error(FaultCode.Contradiction, SecurityFormat.Through, "Nobody walks through a conduit; leave it out, or make the step a cyber step.");
        }
    }

    private AreaId? Area(Fields fields, string name) => draft.Name(fields, name, SecurityKind.Area) is { } area ? new AreaId(area) : null;

    private ImmutableArray<string> Techniques(Fields fields)
    {
        if (fields.Json(SecurityFormat.Techniques) is not { } list)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            fields.Error(FaultCode.WrongType, SecurityFormat.Techniques, $"'{SecurityFormat.Techniques}' must be a list of technique ids, not {JsonFile.NameOf(list.ValueKind)}.");
            return [];
        }

        var techniques = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            var id = item.ValueKind == JsonValueKind.String ? JsonFile.Text(item) ?? "" : "";
            var at = fields.PlaceOf(SecurityFormat.Techniques).Element(index);
            if (!AttackTechniques.Names.ContainsKey(id))
            {
                draft.Faults.Error(FaultCode.UnknownTechnique, at,
                    $"'{id}' is no technique of ATT&CK for ICS {AttackTechniques.Version}; write an id such as T0886.", fields.Feature);
            }
            else if (!techniques.Add(id))
            {
                draft.Faults.Error(FaultCode.DuplicateId, at, $"'{id}' stands here twice; keep one of them.", fields.Feature);
            }
        }

        return [.. techniques];
    }

    private ImmutableArray<CompromiseEffect> Effects(Fields step)
    {
        var effects = ImmutableArray.CreateBuilder<CompromiseEffect>();
        foreach (var item in Limited(step, SecurityFormat.Effects, step.Each(SecurityFormat.Effects, SecurityFormat.EffectWords)))
        {
            if (OneOf(item, SecurityFormat.EffectWords) is var (word, fields) && Effect(word, fields) is { } effect)
            {
                effects.Add(effect);
                fields.Close();
            }
        }

        return effects.ToImmutable();
    }

    private CompromiseEffect? Effect(string word, Fields fields) => word switch
    {
        SecurityFormat.LossOfView => new LossOfView(
            [.. Filled(fields, Names.Sensors, draft.List(fields, Names.Sensors, EntityKind.Sensor)).Select(sensor => new SensorId(sensor))],
            fields.Flag(SecurityFormat.Lying)),
        SecurityFormat.LossOfControl => new LossOfControl(
            [.. Filled(fields, Names.Segments, draft.List(fields, Names.Segments, EntityKind.Segment)).Select(segment => new SegmentId(segment))]),
        SecurityFormat.Manipulation => new Manipulation(draft.Segment(fields, Names.Segment), Level(fields)),
        SecurityFormat.ForgedReading => new ForgedReading(
            new(draft.Name(fields, SecurityFormat.Sensor, EntityKind.Sensor, required: true) ?? ""),
            fields.ReadShare(SecurityFormat.Believed),
            fields.ReadDuration(SecurityFormat.ActAfter, required: true) ?? Duration.None,
            draft.Segment(fields, Names.Segment),
            Level(fields)),
        SecurityFormat.Disclosure => new Disclosure(RecordClass(fields), fields.Whole(SecurityFormat.Records, 1, RecordsMax)),
        _ => new Destruction(
            draft.Segment(fields, Names.Segment), Level(fields), fields.ReadDuration(SecurityFormat.Repair, required: true) ?? Duration.None),
    };

    /// <summary>The one member of an effect, and what it holds; null after telling a fault.</summary>
    public static (string Word, Fields Fields)? OneOf(Fields item, ImmutableArray<string> words)
    {
        var found = words.Where(item.Has).ToArray();
        if (found.Length != 1)
        {
            if (found.Length == 0 && item.HasUnknown)
            {
                return null; // The misspelt word is a fault already.
            }

            item.ErrorHere(FaultCode.Contradiction, $"An effect is an object with exactly one of: {string.Join(", ", words)}.");
            return null;
        }

        return item.Object(found[0], SecurityFormat.EffectParts[found[0]]) is { } fields ? (found[0], fields) : null;
    }

    /// <summary>The items of a list, as many as are allowed; told when there are more.</summary>
    public static IEnumerable<Fields> Limited(Fields fields, string name, IEnumerable<Fields> items)
    {
        var isTooLong = fields.Json(name) is { ValueKind: JsonValueKind.Array } list && !CheckLength(fields, name, list.GetArrayLength());
        return isTooLong ? [] : items;
    }

    private static bool CheckLength(Fields fields, string name, int length)
    {
        if (length <= CityLimits.SecurityListMax)
        {
            return true;
        }

        fields.Error(FaultCode.LimitExceeded, name, $"At most {CityLimits.SecurityListMax} can stand here.");
        return false;
    }

    private static ImmutableArray<string> Filled(Fields fields, string name, ImmutableArray<string> ids)
    {
        if (ids.IsEmpty && !fields.Has(name))
        {
            fields.Error(FaultCode.MissingProperty, name, $"'{name}' is missing; name at least one.");
        }

        return ids;
    }

    private static int Level(Fields fields) => (int)fields.Whole(SecurityFormat.LevelPermille, 0, ReducedLevelMax);

    private static string RecordClass(Fields fields)
    {
        var word = fields.Text(SecurityFormat.RecordClass);
        if (word is not null && !SecurityFormat.RecordClasses.Contains(word))
        {
            fields.Error(FaultCode.UnknownWord, SecurityFormat.RecordClass, $"'{word}' is not one of: {string.Join(", ", SecurityFormat.RecordClasses)}.");
        }

        return word ?? "";
    }
}
