using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace CityTwin.Console.Api;

/// <summary>What the browser got for a request.</summary>
/// <param name="Status">Of HTTP; 0 = the server was not reached.</param>
/// <param name="Text">The body: JSON, if it comes from CityTwin.</param>
internal sealed record RestAnswer(int Status, string Text)
{
    /// <summary>What the operator reads when nothing came back.</summary>
    public const string NotReached = "The server could not be reached.";

    // A newer server may send fields that this console does not know yet; a panel shows what it knows.
    private static readonly JsonParser _parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <exception cref="RpcException">It was refused or not reached, or is no such message; the text of the status is for the operator.</exception>
    public IMessage Read(MessageDescriptor type)
    {
        if (Status is < 200 or >= 300)
        {
            throw new RpcException(Refusal());
        }

        try
        {
            return _parser.Parse(Text, type);
        }
        catch (Exception unreadable) when (unreadable is InvalidProtocolBufferException or InvalidJsonException)
        {
            // A sign-in page of a proxy comes with 200.
            throw new RpcException(new(StatusCode.Internal, "The server answered what cannot be read here.", unreadable));
        }
    }

    private Status Refusal()
    {
        if (Status == 0)
        {
            return new(StatusCode.Unavailable, NotReached);
        }

        try
        {
            // Without its details: no panel goes by the reasons.
            using var body = JsonDocument.Parse(Text);
            if (body.RootElement is { ValueKind: JsonValueKind.Object } status && status.TryGetProperty("message", out var message)
                && message is { ValueKind: JsonValueKind.String } && message.GetString() is { Length: > 0 } text)
            {
                return new(Told(status) ?? CodeOfProxy(), text);
            }
        }
        catch (JsonException)
        {
            // A proxy in between may answer in HTML; its number is all there is to tell.
        }

        return new(CodeOfProxy(), $"The server answered {Status}.");
    }

    private static StatusCode? Told(JsonElement status) =>
        status.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number)
        && number != (int)StatusCode.OK && Enum.IsDefined((StatusCode)number) ? (StatusCode)number : null;

    /// <summary>As gRPC reads an answer that is not of a gRPC server (doc/http-grpc-status-mapping.md).</summary>
    private StatusCode CodeOfProxy() => Status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
