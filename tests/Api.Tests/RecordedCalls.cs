using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CityTwin.Api.Tests;

/// <summary>What calls came to, each answered with a message in which every field is set.</summary>
internal sealed class RecordedCalls
{
    private const int DepthMax = 3;

    /// <summary>The greatest whole number that readers of JSON keep as it is: REST answers write numbers, not texts.</summary>
    private const long WholeMax = 1L << 53;

    /// <summary>A letter beyond ASCII and all that means something in an address.</summary>
    private const string Text = "ä b/c?d=e&f+g%20#:";

    public ConcurrentQueue<(IMessage Request, IMessage Answer)> Calls { get; } = [];

    /// <summary>One with all its fields set, except what has no JSON of its own.</summary>
    public static IMessage Full(MessageDescriptor type, int depth = 0)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InFieldNumberOrder().Where(field => !field.IsMap && field.FieldType != FieldType.Group))
        {
            if (ValueOf(field, depth) is not { } value)
            {
                continue;
            }

            if (field.IsRepeated)
            {
                var list = (System.Collections.IList)field.Accessor.GetValue(message);
                list.Add(value);
                list.Add(value);
            }
            else
            {
                field.Accessor.SetValue(message, value);
            }
        }

        return message;
    }

    private static object? ValueOf(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.String => Text,
        FieldType.Bytes => ByteString.CopyFrom(1, 250, 62),
        FieldType.Bool => true,
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => -7,
        FieldType.UInt32 or FieldType.Fixed32 => 7U,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => -WholeMax,
        FieldType.UInt64 or FieldType.Fixed64 => (ulong)WholeMax,
        FieldType.Double => 0.1,
        FieldType.Float => 0.5F,
        FieldType.Enum => System.Enum.ToObject(field.EnumType.ClrType, field.EnumType.Values[^1].Number),
        _ when field.MessageType == Timestamp.Descriptor => new Timestamp { Seconds = 1_777_777_777, Nanos = 120_000_000 },
        _ when field.MessageType == Duration.Descriptor => new Duration { Seconds = 90, Nanos = 500_000_000 },
        _ => depth == DepthMax || field.MessageType.File.Package == Timestamp.Descriptor.File.Package ? null : Full(field.MessageType, depth + 1),
    };

    internal sealed class Interceptor(RecordedCalls calls) : Grpc.Core.Interceptors.Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            var answer = Full(((IMessage)Activator.CreateInstance<TResponse>()).Descriptor);
            calls.Calls.Enqueue(((IMessage)request, answer));
            return Task.FromResult((TResponse)answer);
        }
    }
}
