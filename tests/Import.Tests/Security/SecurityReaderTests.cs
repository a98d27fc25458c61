using System.Text.Json.Nodes;
using CityTwin.Import.Security;
using Xunit;
using static CityTwin.Import.Tests.EditedCity;

namespace CityTwin.Import.Tests.Security;

/// <summary>A security model is read whole, or refused with every fault at once, each at its place.</summary>
public sealed class SecurityReaderTests
{
    private static CityFolder Folder => SmallCity.Folder;

    [Fact]
    public void The_small_model_is_read_back_the_same_without_a_fault()
    {
        var read = CityReader.Read(Folder);

        Assert.Empty(read.Faults.Where(fault => fault.Code != FaultCode.UnreachableStep));
        Assert.Equal(Folder.Files[SecurityFile].ToArray(), CityWriter.Write(read.City!).Files[SecurityFile].ToArray());
    }

    [Fact]
    public void A_city_without_a_model_is_written_as_it_always_was()
    {
        var without = CityWriter.Write(SmallCity.City with { Security = Core.Breaches.Model.SecurityModel.None });

        Assert.DoesNotContain(SecurityFile, without.Files.Keys);
        Assert.DoesNotContain("security", System.Text.Encoding.UTF8.GetString(without.Files[Manifest].Span), StringComparison.Ordinal);
        Assert.Empty(CityReader.Read(without).Faults);
    }

    [Fact]
    public void The_hash_of_the_city_tells_a_changed_estimate_and_not_the_order_of_entries()
    {
        var changed = Folder.SetSecurity("profiles", "thief", "speed", 1.5);
        var turned = Folder.Edit(SecurityFile, node => node["steps"] = new JsonObject(
            node["steps"]!.AsObject().Reverse().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))));

        Assert.NotEqual(SmallCity.City.Hash, CityReader.Read(changed).City!.Hash);
        Assert.Equal(SmallCity.City.Hash, CityReader.Read(turned).City!.Hash);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Folder.Without(SecurityFile).ShouldFault(FaultCode.MissingFile, SecurityFile, "");

    [Theory]
    [InlineData("assets", "mail", "zone", "nowhere", FaultCode.UnknownReference, "$.assets.mail.zone")]
    [InlineData("assets", "mail", "place", "office", FaultCode.UnknownReference, "$.assets.mail.place")]
    [InlineData("assets", "mail", "segments", "[\"nothing\"]", FaultCode.UnknownReference, "$.assets.mail.segments[0]")]
    [InlineData("assets", "mail", "sensors", "[\"meter\",\"feeder\"]", FaultCode.UnknownReference, "$.assets.mail.sensors[1]")]
    [InlineData("assets", "mail", "kind", "Mail Server", FaultCode.BadId, "$.assets.mail.kind")]
    [InlineData("areas", "yard", "zone", "control", FaultCode.UnknownReference, "$.areas.yard.zone")]
    [InlineData("areas", "yard", "latitude", "91", FaultCode.OutOfRange, "$.areas.yard.latitude")]
    [InlineData("conduits", "link", "to", "site", FaultCode.UnknownReference, "$.conduits.link.to")]
    [InlineData("conduits", "link", "targetLevel", "5", FaultCode.OutOfRange, "$.conduits.link.targetLevel")]
    [InlineData("conduits", "link", "carries", "[{\"segment\":\"works\",\"levelPermille\":1000}]", FaultCode.OutOfRange, "$.conduits.link.carries[0].levelPermille")]
    [InlineData("zones", "control", "places", "[\"quarter\",\"quarter\"]", FaultCode.DuplicateId, "$.zones.control.places")]
    [InlineData("steps", "mail-open", "asset", "post", FaultCode.UnknownReference, "$.steps['mail-open'].asset")]
    [InlineData("steps", "mail-open", "kind", "social", FaultCode.UnknownWord, "$.steps['mail-open'].kind")]
    [InlineData("steps", "mail-open", "exists", "1.5", FaultCode.OutOfRange, "$.steps['mail-open'].exists")]
    [InlineData("steps", "mail-open", "exists", "\"50 %\"", FaultCode.WrongUnit, "$.steps['mail-open'].exists")]
    [InlineData("steps", "mail-open", "skill", "{\"value\":0.5,\"low\":0.6}", FaultCode.RangeUpsideDown, "$.steps['mail-open'].skill.low")]
    [InlineData("steps", "mail-open", "skill", "{\"value\":0.5,\"high\":0.4}", FaultCode.RangeUpsideDown, "$.steps['mail-open'].skill.high")]
    [InlineData("steps", "mail-open", "skill", "{\"low\":0.4}", FaultCode.MissingProperty, "$.steps['mail-open'].skill.value")]
    [InlineData("steps", "mail-open", "skill", "{\"value\":0.5,\"confidence\":2}", FaultCode.OutOfRange, "$.steps['mail-open'].skill.confidence")]
    [InlineData("steps", "mail-open", "from", "street", FaultCode.Contradiction, "$.steps['mail-open'].from")]
    [InlineData("steps", "yard-enter", "to", null, FaultCode.MissingProperty, "$.steps['yard-enter'].to")]
    [InlineData("steps", "yard-enter", "through", "link", FaultCode.Contradiction, "$.steps['yard-enter'].through")]
    [InlineData("steps", "yard-enter", "parents", "[\"nobody\"]", FaultCode.UnknownReference, "$.steps['yard-enter'].parents[0]")]
    [InlineData("steps", "link-cross", "through", "office", FaultCode.UnknownReference, "$.steps['link-cross'].through")]
    [InlineData("steps", "mail-open", "techniques", "[\"T9999\"]", FaultCode.UnknownTechnique, "$.steps['mail-open'].techniques[0]")]
    [InlineData("steps", "mail-open", "techniques", "[\"T0863\",\"T0863\"]", FaultCode.DuplicateId, "$.steps['mail-open'].techniques[1]")]
    [InlineData("steps", "mail-open", "duration", "60", FaultCode.WrongType, "$.steps['mail-open'].duration")]
    [InlineData("steps", "mail-open", "duration", "{\"distribution\":\"constant\",\"meanSeconds\":-1}", FaultCode.OutOfRange, "$.steps['mail-open'].duration.meanSeconds")]
    [InlineData("steps", "mail-open", "duration", "{\"distribution\":\"normal\",\"meanSeconds\":1}", FaultCode.MissingProperty, "$.steps['mail-open'].duration.deviationSeconds")]
    [InlineData("steps", "mail-open", "duration", "{\"distribution\":\"exponential\",\"meanSeconds\":1,\"deviationSeconds\":1}", FaultCode.Contradiction, "$.steps['mail-open'].duration.deviationSeconds")]
    [InlineData("steps", "mail-open", "duration", "{\"distribution\":\"gamma\",\"meanSeconds\":1,\"deviationSeconds\":0}", FaultCode.OutOfRange, "$.steps['mail-open'].duration.deviationSeconds")]
    [InlineData("steps", "mail-open", "duration", "{\"distribution\":\"uniform\",\"fromSeconds\":3,\"toSeconds\":2}", FaultCode.RangeUpsideDown, "$.steps['mail-open'].duration.toSeconds")]
    [InlineData("steps", "mail-open", "duration", "{\"distribution\":\"uniform\",\"fromSeconds\":{\"value\":1,\"high\":5},\"toSeconds\":4}", FaultCode.RangeUpsideDown, "$.steps['mail-open'].duration.toSeconds")]
    [InlineData("steps", "mail-open", "duration", "{\"distribution\":\"weibull\"}", FaultCode.UnknownWord, "$.steps['mail-open'].duration.distribution")]
    [InlineData("steps", "mail-open", "duration", "{\"distribution\":\"constant\",\"meanMinutes\":1,\"meanSeconds\":1}", FaultCode.WrongUnit, "$.steps['mail-open'].duration.meanMinutes")]
    [InlineData("steps", "mail-open", "detections", "[{\"sensor\":\"works\",\"probability\":0.5,\"at\":\"end\"}]", FaultCode.UnknownReference, "$.steps['mail-open'].detections[0].sensor")]
    [InlineData("steps", "mail-open", "detections", "[{\"sensor\":\"meter\",\"probability\":0.5,\"at\":\"end\"}]", FaultCode.NotADetector, "$.steps['mail-open'].detections[0]")]
    [InlineData("steps", "mail-open", "detections", "[{\"probability\":0.5,\"at\":\"end\",\"schedule\":\"night\"}]", FaultCode.UnknownReference, "$.steps['mail-open'].detections[0].schedule")]
    [InlineData("steps", "mail-open", "detections", "[{\"probability\":0.5,\"at\":\"B\"}]", FaultCode.UnknownWord, "$.steps['mail-open'].detections[0].at")]
    [InlineData("steps", "mail-open", "effects", "[{\"manipulation\":{\"segment\":\"works\",\"levelPermille\":0},\"disclosure\":{}}]", FaultCode.Contradiction, "$.steps['mail-open'].effects[0]")]
    [InlineData("steps", "mail-open", "effects", "[{}]", FaultCode.Contradiction, "$.steps['mail-open'].effects[0]")]
    [InlineData("steps", "mail-open", "effects", "[{\"manipulated\":{}}]", FaultCode.UnknownProperty, "$.steps['mail-open'].effects[0].manipulated")]
    [InlineData("steps", "mail-open", "effects", "[{\"lossOfView\":{}}]", FaultCode.MissingProperty, "$.steps['mail-open'].effects[0].lossOfView.sensors")]
    [InlineData("steps", "mail-open", "effects", "[{\"disclosure\":{\"recordClass\":\"gossip\",\"records\":1}}]", FaultCode.UnknownWord, "$.steps['mail-open'].effects[0].disclosure.recordClass")]
    [InlineData("steps", "mail-open", "effects", "[{\"disclosure\":{\"recordClass\":\"health\",\"records\":0}}]", FaultCode.OutOfRange, "$.steps['mail-open'].effects[0].disclosure.records")]
    [InlineData("profiles", "thief", "entries", "[\"nobody\"]", FaultCode.UnknownReference, "$.profiles.thief.entries[0]")]
    [InlineData("profiles", "thief", "start", "nowhere", FaultCode.UnknownReference, "$.profiles.thief.start")]
    [InlineData("profiles", "thief", "speed", "0", FaultCode.OutOfRange, "$.profiles.thief.speed")]
    [InlineData("profiles", "thief", "hands", "0", FaultCode.OutOfRange, "$.profiles.thief.hands")]
    [InlineData("profiles", "thief", "knowledge", "all", FaultCode.UnknownWord, "$.profiles.thief.knowledge")]
    [InlineData("schedules", "office-hours", "spans", "[{\"days\":[\"mon\"],\"from\":\"08:00\",\"to\":\"24:00\",\"share\":1}]", FaultCode.UnknownWord, "$.schedules['office-hours'].spans[0].days")]
    [InlineData("schedules", "office-hours", "spans", "[{\"days\":[\"monday\"],\"from\":\"8:00\",\"to\":\"24:00\",\"share\":1}]", FaultCode.OutOfRange, "$.schedules['office-hours'].spans[0].from")]
    [InlineData("schedules", "office-hours", "spans", "[{\"days\":[\"monday\"],\"from\":\"08:00\",\"to\":\"24:01\",\"share\":1}]", FaultCode.OutOfRange, "$.schedules['office-hours'].spans[0].to")]
    [InlineData("defences", "everything", "cost", "0", FaultCode.OutOfRange, "$.defences.everything.cost")]
    [InlineData("defences", "everything", "effects", null, FaultCode.MissingProperty, "$.defences.everything.effects")]
    [InlineData("defences", "everything", "effects", "[{\"stepDisabled\":{\"step\":\"nobody\"}}]", FaultCode.UnknownReference, "$.defences.everything.effects[0].stepDisabled.step")]
    [InlineData("defences", "everything", "effects", "[{\"stepSlower\":{\"step\":\"mail-open\",\"factor\":0.5}}]", FaultCode.OutOfRange, "$.defences.everything.effects[0].stepSlower.factor")]
    [InlineData("defences", "everything", "effects", "[{\"backupAdded\":{\"target\":\"nothing\",\"coverPermille\":1,\"enduranceSeconds\":1}}]", FaultCode.BadPatch, "$.defences.everything.effects[0].backupAdded")]
    [InlineData("defences", "everything", "effects", "[{\"feedAdded\":{\"target\":\"feeder-end\",\"from\":\"plant\"}}]", FaultCode.BadPatch, "$.defences.everything.effects[0].feedAdded")]
    [InlineData("defences", "everything", "effects", "[{\"linkAdded\":{\"id\":\"tie\",\"ends\":[\"substation\",\"feeder-end\"]}}]", FaultCode.BadPatch, "$.defences.everything.effects[0].linkAdded")]
    [InlineData("defences", "everything", "effects", "[{\"guardAdded\":{\"id\":\"guard-one\",\"zone\":\"site\",\"longitude\":1,\"latitude\":1,\"speedMetresPerSecond\":1}}]", FaultCode.DuplicateId, "$.defences.everything.effects[0].guardAdded.id")]
    public void One_wrong_property_is_one_fault_at_its_place(string list, string id, string property, string? value, string code, string place) =>
        Folder.SetSecurity(list, id, property, Json(value)).ShouldFault(code, SecurityFile, place, id);

    [Fact]
    public void A_supply_loop_that_only_two_defences_together_make_is_told() =>
        Folder.Edit(SecurityFile, node =>
        {
            node["defences"]!["a"] = JsonNode.Parse("""{"kind":"feeder","cost":1,"effects":[{"feedAdded":{"target":"works","from":"substation"}}]}""");
            node["defences"]!["b"] = JsonNode.Parse("""{"kind":"feeder","cost":1,"effects":[{"feedAdded":{"target":"works","from":"works"}}]}""");
        }).ShouldFaultAmong(FaultCode.BadPatch, SecurityFile, "$.defences.everything.effects[7].feedAdded");

    [Fact]
    public void Steps_that_all_wait_for_each_other_are_named()
    {
        var fault = Folder.Edit(SecurityFile, node =>
        {
            node["steps"]!["first"] = Cyber("and", "second", "mail-open");
            node["steps"]!["second"] = Cyber("or", "third");
            node["steps"]!["third"] = Cyber("and", "first", "mail-open");
            node["steps"]!["behind"] = Cyber("and", "third");
        }).ShouldFault(FaultCode.StepCycle, SecurityFile, "$.steps.third.parents", "third");

        Assert.Contains("third -> second -> first -> third", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_with_a_way_in_or_an_adversary_inside_is_no_fault()
    {
        var another = Folder.Edit(SecurityFile, node =>
        {
            node["steps"]!["first"] = Cyber("and", "second");
            node["steps"]!["second"] = Cyber("or", "first", "mail-open");
        });
        var inside = Folder.Edit(SecurityFile, node =>
        {
            node["steps"]!["first"] = Cyber("and", "second");
            node["steps"]!["second"] = Cyber("and", "first");
            node["profiles"]!["thief"]!["entries"] = new JsonArray("first");
        });

        Assert.Empty(CityReader.Read(another).Faults);
        Assert.Empty(CityReader.Read(inside).Faults);
    }

    [Theory]
    [InlineData("exists", "0")]
    [InlineData("skill", "{\"value\":1,\"low\":1}")]
    [InlineData("parents", "[\"locked\"]")]
    public void A_step_that_nobody_can_reach_is_a_warning(string property, string value) =>
        Folder.Edit(SecurityFile, node =>
        {
            node["profiles"]!["state"]!["skill"] = 0.9;
            node["steps"]!["locked"] = JsonNode.Parse("""{"asset":"mail","kind":"physical","from":"vault","to":"vault","duration":{"distribution":"constant","meanSeconds":1}}""");
            node["areas"]!["vault"] = node["areas"]!["yard"]!.DeepClone();
            node["steps"]!["locked"]!["from"] = "vault";
            node["steps"]!["into"] = JsonNode.Parse("""{"asset":"mail","kind":"physical","from":"street","to":"vault","exists":0,"duration":{"distribution":"constant","meanSeconds":1}}""");
            node["steps"]!["probe"] = Cyber("or", "mail-open");
            node["steps"]!["probe"]![property] = Json(value);
        }).ShouldFaultAmong(FaultCode.UnreachableStep, SecurityFile, "$.steps.probe");

    [Fact]
    public void Too_many_entries_are_one_fault_and_nobody_is_said_to_be_missing() =>
        Folder.Edit(SecurityFile, node => node["zones"] = new JsonObject(Enumerable.Range(0, CityLimits.SecurityZonesMax + 1)
            .Select(n => KeyValuePair.Create($"z{n}", (JsonNode?)new JsonObject()))))
            .ShouldFault(FaultCode.LimitExceeded, SecurityFile, "$.zones");

    [Fact]
    public void A_list_that_is_too_long_is_one_fault() =>
        Folder.SetSecurity("steps", "mail-open", "detections", new JsonArray([.. Enumerable.Range(0, CityLimits.SecurityListMax + 1).Select(_ => (JsonNode)new JsonObject())]))
            .ShouldFault(FaultCode.LimitExceeded, SecurityFile, "$.steps['mail-open'].detections", "mail-open");

    [Fact]
    public void A_sensor_that_more_assets_name_than_it_can_tell_at_once_is_a_fault_at_the_first_too_many() =>
        Folder.Edit(SecurityFile, node =>
        {
            foreach (var number in Enumerable.Range(0, CityLimits.AssetsOfSensorMax))
            {
                var asset = node["assets"]!["mail"]!.DeepClone();
                asset["sensors"] = new JsonArray("camera");
                node["assets"]![$"z-mail-{number:D4}"] = asset;
            }
        }).ShouldFault(FaultCode.LimitExceeded, SecurityFile, $"$.assets['z-mail-{CityLimits.AssetsOfSensorMax - 1:D4}'].sensors", $"z-mail-{CityLimits.AssetsOfSensorMax - 1:D4}");

    [Fact]
    public void The_most_areas_that_a_model_may_have_can_be_searched_for_ways() =>
        Assert.InRange(CityLimits.AreasMax, 1, Core.Breaches.Exact.PathGraph.AreasMax / 2);

    [Fact]
    public void The_techniques_built_in_are_many_and_have_names()
    {
        Assert.Equal(83, AttackTechniques.Names.Count);
        Assert.Equal("Remote Services", AttackTechniques.Names["T0886"]);
    }

    [Fact]
    public void Differences_of_the_model_are_told_by_thing_and_property()
    {
        var after = CityReader.Read(Folder.Edit(SecurityFile, node =>
        {
            node["currency"] = "EUR";
            node["steps"]!["mail-open"]!["exists"] = 0.5;
            node["conduits"]!["link"]!["achievedLevel"] = 1;
            node["schedules"]!.AsObject().Remove("never");
            node["areas"]!["vault"] = node["areas"]!["yard"]!.DeepClone();
            node["defences"]!["everything"]!["cost"] = 5;
        })).City!;

        Assert.Equal(
            [
                "Changed security : currency", "Changed conduit link: achievedLevel", "Added area vault: ", "Changed step mail-open: exists",
                "Removed schedule never: ", "Changed defence everything: cost",
            ],
            CityDiff.Between(SmallCity.City, after).Changes.Select(change => $"{change.Kind} {change.Thing} {change.Id}: {string.Join(", ", change.Properties)}"));
    }

    private static JsonObject Cyber(string logic, params string[] parents) => new JsonObject
    {
        ["asset"] = "mail",
        ["kind"] = "cyber",
        ["logic"] = logic,
        ["parents"] = new JsonArray([.. parents.Select(parent => (JsonNode)parent)]),
        ["duration"] = JsonNode.Parse("""{"distribution":"constant","meanSeconds":1}"""),
    };

    /// <summary>JSON where it is any, else a text.</summary>
    private static JsonNode? Json(string? value)
    {
        try
        {
            return value is null ? null : JsonNode.Parse(value);
        }
        catch (System.Text.Json.JsonException)
        {
            return value;
        }
    }
}
