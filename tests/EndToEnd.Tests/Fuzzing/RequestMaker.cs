using System.Collections;
using CityTwin.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>Requests as the contract describes them: with what a caller would say, or with the extremes of each type.</summary>
/// <param name="names">The full names of things in the city: "zones/harbour".</param>
internal sealed class RequestMaker(IReadOnlyList<string> names)
{
    private const int DepthMax = 4;
    private const int FieldPercent = 70;
    private const int ExtremePercent = 20;
    private const int LongText = 50_000;
    private const int ManyItems = 1500;

    private static readonly string[] Words =
    [
        "anna", "drill", "name", "observe_time", "quality=GOOD", "level<1000", "value>1e999", "open", "m3/s", "power", "segments/", "zones/none", "3600s",
        """{"schemaVersion":1,"name":"drill","horizon":60,"events":[{"at":1,"target":"substation-north","level":0}]}""",
        "substation-intrusion", "storm-attack",
    ];

    private static readonly string[] ExtremeWords =
    [
        "", " ", "\u0000", "\ud83d\ude00", "a/b/c/d", "zones/" + new string('z', 300), "sensors/../zones", "%00", "'; drop table changes; --", "9223372036854775807.epoch.01234567",
        "AAAA", "=", "quality=", "(((((((((((((((((((((", "e\u0301", "NaN", "-1", new('x', LongText),
    ];

    private static readonly double[] ExtremeDoubles = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue, double.MinValue, -1];
    private static readonly long[] ExtremeIntegers = [0, -1, 1, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1L << 53, 1001];

    public IReadOnlyList<string> Names => names;

    /// <param name="hasExtremes">Also what no caller in his right mind would say.</param>
    public IMessage Make(MessageDescriptor type, Draws draws, bool hasExtremes, int depth = 0)
    {
        if (type == Timestamp.Descriptor && !hasExtremes)
        {
            return Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddSeconds(1_780_000_000 + draws.Between(0, 1_000_000)));
        }

        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder().Where(_ => draws.Chance(FieldPercent)))
        {
            if (field.IsMap)
            {
                if (depth < DepthMax)
                {
                    var (key, value) = (field.MessageType.FindFieldByNumber(1), field.MessageType.FindFieldByNumber(2));
                    ((IDictionary)field.Accessor.GetValue(message))[Value(key, draws, hasExtremes, depth)!] = Value(value, draws, hasExtremes, depth + 1);
                }
            }
            else if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(message);
                var isMany = hasExtremes && field.FieldType != FieldType.Message && draws.Chance(2);
                for (var left = isMany ? ManyItems : draws.Between(0, 3); left > 0 && Value(field, draws, hasExtremes && !isMany, depth) is { } item; left--)
                {
                    list.Add(item);
                }
            }
            else if (Value(field, draws, hasExtremes, depth) is { } value)
            {
                field.Accessor.SetValue(message, value);
            }
        }

        return message;
    }

    /// <returns>Null where it would be too deep.</returns>
    private object? Value(FieldDescriptor field, Draws draws, bool hasExtremes, int depth)
    {
        var isExtreme = hasExtremes && draws.Chance(ExtremePercent);
        return field.FieldType switch
        {
            FieldType.Message or FieldType.Group => depth < DepthMax ? Make(field.MessageType, draws, hasExtremes, depth + 1) : null,
            FieldType.String => isExtreme ? draws.OneOf(ExtremeWords) : Text(field, draws),
            FieldType.Bytes => ByteString.CopyFrom(Mutation.Noise(draws, isExtreme ? 2000 : 20)),
            FieldType.Bool => draws.Chance(50),
            FieldType.Enum => System.Enum.ToObject(
                field.EnumType.ClrType, isExtreme ? draws.OneOf<int>([99, -1, int.MaxValue, int.MinValue]) : field.EnumType.Values[draws.Between(0, field.EnumType.Values.Count - 1)].Number),
            FieldType.Double => isExtreme ? draws.OneOf(ExtremeDoubles) : draws.Between(0, 1000) / 10.0,
            FieldType.Float => (float)(isExtreme ? draws.OneOf(ExtremeDoubles) : draws.Between(0, 1000) / 10.0),
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => unchecked((int)Integer(draws, isExtreme)),
            FieldType.UInt32 or FieldType.Fixed32 => unchecked((uint)Integer(draws, isExtreme)),
            FieldType.UInt64 or FieldType.Fixed64 => unchecked((ulong)Integer(draws, isExtreme)),
            _ => Integer(draws, isExtreme),
        };
    }

    private static long Integer(Draws draws, bool isExtreme) => isExtreme ? draws.OneOf(ExtremeIntegers) : draws.Between(0, 20);

    private string Text(FieldDescriptor field, Draws draws) => field.Name switch
    {
        "principal" => "anna",
        "reason" => "drill",
        "filter" or "order_by" or "page_token" or "at_least_version" or "resume_token" when draws.Chance(70) => "",
        _ => draws.Chance(70) ? draws.OneOf(names) : draws.OneOf(Words),
    };
}
