using CityTwin.Client;
using CityTwin.Protocol.V1;
using Grpc.Core;

namespace CityTwin.Console.Details;

/// <summary>An order that the operator may give, before who and why are known.</summary>
/// <param name="Title">What it does, naming the thing.</param>
/// <param name="Effect">What will happen, in a sentence.</param>
/// <param name="Verb">The word on the button that gives it.</param>
/// <param name="IsGrave">True when it takes something away from people.</param>
/// <param name="AsksLevel">True when the operator says how much is left.</param>
/// <param name="NeedsReason">False where a remark is optional.</param>
/// <param name="Give">Gives it.</param>
/// <param name="Done">What to say when it was accepted.</param>
public sealed record Command(
    string Title,
    string Effect,
    string Verb,
    bool IsGrave,
    bool AsksLevel,
    bool NeedsReason,
    Func<CityTwinClient, CommandOrder, AsyncUnaryCall<CommandReceipt>> Give,
    string Done);
