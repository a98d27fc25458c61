using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core;
using CityTwin.Core.Dependencies;
using CityTwin.Import.Format;

namespace CityTwin.Import.Writing;

/// <summary>Writes an expression as its JSON tree.</summary>
internal static class ExpressionWriter
{
    public static void Write(Utf8JsonWriter writer, Expression expression)
    {
        if (expression is Supplier supplier)
        {
            writer.WriteStringValue(supplier.Segment.Value);
            return;
        }

        writer.WriteStartObject();
        switch (expression)
        {
            case Constant constant:
                writer.WriteNumber(Names.Constant, constant.Level);
                break;
            case Least least:
                WriteAll(writer, Names.Least, least.Of);
                break;
            case Greatest greatest:
                WriteAll(writer, Names.Greatest, greatest.Of);
                break;
            case KthLargest largest:
                writer.WriteStartObject(Names.KthLargest);
                writer.WriteNumber(Names.Rank, largest.K);
                WriteAll(writer, Names.Of, largest.Of);
                writer.WriteEndObject();
                break;
            case Pool pool:
                WriteTerms(writer, Names.Pool, Names.Weight, pool.Of);
                break;
            case Leontief leontief:
                WriteTerms(writer, Names.Leontief, Names.Share, leontief.Of);
                break;
            case Curve curve:
                WriteCurve(writer, curve);
                break;
            default:
                Invariant.Hold(false, "Every operator of the closed family can be written.");
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteAll(Utf8JsonWriter writer, string name, ImmutableArray<Expression> of)
    {
        writer.WriteStartArray(name);
        foreach (var operand in of)
        {
            Write(writer, operand);
        }

        writer.WriteEndArray();
    }

    private static void WriteTerms(Utf8JsonWriter writer, string name, string weight, ImmutableArray<Weighted> terms)
    {
        writer.WriteStartArray(name);
        foreach (var term in terms)
        {
            writer.WriteStartObject();
            writer.WritePropertyName(Names.Of);
            Write(writer, term.Of);
            writer.WriteNumber(weight, term.Millionths);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteCurve(Utf8JsonWriter writer, Curve curve)
    {
        writer.WriteStartObject(Names.Curve);
        writer.WritePropertyName(Names.Of);
        Write(writer, curve.Of);
        writer.WriteStartArray(Names.Points);
        foreach (var point in curve.Points)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(point.In);
            writer.WriteNumberValue(point.Out);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
