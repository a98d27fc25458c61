using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <summary>
/// Reads the JSON tree of an expression. Segments named in it go to <paramref name="references"/>, to be looked
/// up when all files are read.
/// </summary>
internal sealed class ExpressionReader(FaultList faults, List<Reference> references, SharedParts shared)
{
    private const int LevelMax = 1000;
    private const int MillionthsMax = 1_000_000_000;
    private static readonly Constant Whole = new(LevelMax);

    private int _nodes;

    /// <summary>The expression; after a fault some valid stand-in, so that reading goes on.</summary>
    /// <param name="feature">The id of the thing whose rule this is.</param>
    public Expression Read(JsonElement element, Place place, string? feature)
    {
        _nodes = 0;
        return Read(element, place, feature, depth: 1);
    }

    private Expression Read(JsonElement element, Place place, string? feature, int depth)
    {
        _nodes++;
        if (depth > CityLimits.ExpressionDepthMax || _nodes > CityLimits.ExpressionNodesMax)
        {
            if (depth > CityLimits.ExpressionDepthMax || _nodes == CityLimits.ExpressionNodesMax + 1)
            {
                faults.Error(FaultCode.LimitExceeded, place,
                    $"An expression has at most {CityLimits.ExpressionDepthMax} levels and {CityLimits.ExpressionNodesMax} parts; simplify it.", feature);
            }

            return Whole;
        }

        if (element.ValueKind == JsonValueKind.String)
        {
            return Supplier(element, place, feature);
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Error(FaultCode.WrongType, place,
                $"An expression is a segment's id or an object with one operator, not {JsonFile.NameOf(element.ValueKind)}.", feature);
            return Whole;
        }

        var fields = Fields.Of(element, place, CityFormat.Operators, faults, feature)!;
        var operators = CityFormat.Operators.Where(fields.Has).ToList();
        fields.Close();
        if (operators.Count != 1)
        {
            faults.Error(FaultCode.Contradiction, place,
                $"An expression has exactly one operator of: {string.Join(", ", CityFormat.Operators)}; nest them to combine them.", feature);
            return Whole;
        }

        return Operator(fields, operators[0], depth);
    }

    private Expression Operator(Fields fields, string name, int depth)
    {
        switch (name)
        {
            case Names.Constant:
                return new Constant((int)fields.Whole(name, 0, LevelMax));
            case Names.Least:
                return new Least(Operands(fields.Json(name)!.Value, fields.PlaceOf(name), fields.Feature, depth));
            case Names.Greatest:
                return new Greatest(Operands(fields.Json(name)!.Value, fields.PlaceOf(name), fields.Feature, depth));
            case Names.Pool:
                return new Pool(Terms(fields, name, CityFormat.PoolTerm, Names.Weight, depth));
            case Names.Leontief:
                return new Leontief(Terms(fields, name, CityFormat.LeontiefTerm, Names.Share, depth));
            case Names.KthLargest:
                return KthLargest(fields, depth);
            default:
                return Curve(fields, depth);
        }
    }

    private Expression Supplier(JsonElement element, Place place, string? feature)
    {
        var id = shared.Text(JsonFile.Text(element) ?? "");
        if (!CityFormat.IsId(id))
        {
            faults.Error(FaultCode.BadId, place, Fields.IdMessage(id), feature);
            return Whole;
        }

        references.Add(new Reference(EntityKind.Segment, id, place, feature));
        return shared.Rule(new Supplier(new SegmentId(id)));
    }

    private ImmutableArray<Expression> Operands(JsonElement element, Place place, string? feature, int depth)
    {
        if (!IsList(element, place, feature))
        {
            return [Whole];
        }

        return [.. element.EnumerateArray().Select((item, index) => Read(item, place.Element(index), feature, depth + 1))];
    }

    private KthLargest KthLargest(Fields fields, int depth)
    {
        var place = fields.PlaceOf(Names.KthLargest);
        if (Fields.Of(fields.Json(Names.KthLargest)!.Value, place, CityFormat.KthLargest, faults, fields.Feature) is not { } inner)
        {
            return new KthLargest(1, [Whole]);
        }

        var of = inner.Json(Names.Of, required: true) is { } list
            ? Operands(list, inner.PlaceOf(Names.Of), fields.Feature, depth)
            : [Whole];
        var k = inner.Whole(Names.Rank, 1, of.Length, fallback: 1);
        inner.Close();
        return new KthLargest((int)k, of);
    }

    private ImmutableArray<Weighted> Terms(Fields fields, string name, ImmutableArray<string> known, string weight, int depth)
    {
        var (list, place) = (fields.Json(name)!.Value, fields.PlaceOf(name));
        if (!IsList(list, place, fields.Feature))
        {
            return [];
        }

        var terms = ImmutableArray.CreateBuilder<Weighted>();
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (Fields.Of(item, place.Element(index++), known, faults, fields.Feature) is { } term)
            {
                var of = term.Json(Names.Of, required: true) is { } inner
                    ? Read(inner, term.PlaceOf(Names.Of), fields.Feature, depth + 1)
                    : Whole;
                terms.Add(new Weighted(of, (int)term.Whole(weight, 0, MillionthsMax)));
                term.Close();
            }
        }

        return terms.ToImmutable();
    }

    private Expression Curve(Fields fields, int depth)
    {
        var place = fields.PlaceOf(Names.Curve);
        if (Fields.Of(fields.Json(Names.Curve)!.Value, place, CityFormat.Curve, faults, fields.Feature) is not { } inner)
        {
            return Whole;
        }

        var of = inner.Json(Names.Of, required: true) is { } operand
            ? Read(operand, inner.PlaceOf(Names.Of), fields.Feature, depth + 1)
            : Whole;
        var points = inner.Json(Names.Points, required: true) is { } list
            ? PointReader.Read(list, inner.PlaceOf(Names.Points), fields.Feature, faults, 0, LevelMax, wholeFirst: true)
            : [];
        for (var i = 1; i < points.Length; i++)
        {
            if (points[i].Second < points[i - 1].Second)
            {
                faults.Error(FaultCode.NotIncreasing, inner.PlaceOf(Names.Points).Element(i),
                    "A curve never falls: its second number must not be less than the one before.", fields.Feature);
                break;
            }
        }

        inner.Close();
        return new Curve(of, [.. points.Select(point => new CurvePoint((int)point.First, (int)point.Second))]);
    }

    private bool IsList(JsonElement element, Place place, string? feature)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            faults.Error(FaultCode.WrongType, place, $"This must be a list, not {JsonFile.NameOf(element.ValueKind)}.", feature);
            return false;
        }

        if (element.GetArrayLength() == 0)
        {
            faults.Error(FaultCode.OutOfRange, place, "The list is empty; give it at least one part.", feature);
            return false;
        }

        return true;
    }
}
