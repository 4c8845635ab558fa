//! Calls about organizations, and organizations with people in them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Answer, Client, SignedIn, TestApp, TestDatabase};

/// What the members of an organization are, by their usernames.
pub type Roles = BTreeMap<String, String>;

impl Client {
    /// Sends one mutation with its input.
    pub async fn mutate(&self, field: &str, selection: &str, input: Value) -> Answer {
        let (initial, rest) = field.split_at(1);
        let ty = format!("{}{rest}Input", initial.to_uppercase());
        let query =
            format!("mutation($input: {ty}!) {{ {field}(input: $input) {{ {selection} }} }}");
        self.call(&query, json!({ "input": input })).await
    }

    pub async fn create_organization(&self, name: &str) -> Answer {
        let selection = "organization { id name slug createdAt }";
        let input = json!({ "name": name });
        self.mutate("createOrganization", selection, input).await
    }

    /// Founds an organization; its id.
    pub async fn found(&self, name: &str) -> String {
        let founded = self.create_organization(name).await;
        let id = founded.text("/createOrganization/organization/id");
        id.to_owned()
    }

    /// Changes what `changes` names.
    pub async fn update_organization(&self, id: &str, changes: Value) -> Answer {
        let mut input = changes;
        input["organizationId"] = id.into();
        let selection = "organization { id name slug createdAt }";
        self.mutate("updateOrganization", selection, input).await
    }

    pub async fn delete_organization(&self, id: &str) -> Answer {
        let input = json!({ "organizationId": id });
        self.mutate("deleteOrganization", "deletedOrganizationId", input)
            .await
    }

    pub async fn invite(&self, organization: &str, email: &str, role: &str) -> Answer {
        let selection = "invitation { id email role createdAt expiresAt
            invitedBy { username } organization { id name slug } }";
        let input = json!({ "organizationId": organization, "email": email, "role": role });
        self.mutate("inviteMember", selection, input).await
    }

    /// Invites an address; the invitation's id.
    pub async fn invited(&self, organization: &str, email: &str, role: &str) -> String {
        let answer = self.invite(organization, email, role).await;
        answer.text("/inviteMember/invitation/id").to_owned()
    }

    pub async fn revoke_invitation(&self, id: &str) -> Answer {
        let input = json!({ "invitationId": id });
        self.mutate("revokeInvitation", "revokedInvitationId", input)
            .await
    }

    /// By `token` or `invitationId`.
    pub async fn accept(&self, input: Value) -> Answer {
        let selection =
            "membership { id role joinedAt user { username } organization { id name } }";
        self.mutate("acceptInvitation", selection, input).await
    }

    /// Likewise.
    pub async fn decline(&self, input: Value) -> Answer {
        self.mutate("declineInvitation", "declinedInvitationId", input)
            .await
    }

    pub async fn update_member_role(&self, membership: &str, role: &str) -> Answer {
        let input = json!({ "membershipId": membership, "role": role });
        let selection = "membership { id role user { username } }";
        self.mutate("updateMemberRole", selection, input).await
    }

    pub async fn remove_member(&self, membership: &str) -> Answer {
        let input = json!({ "membershipId": membership });
        self.mutate("removeMember", "removedMembershipId", input)
            .await
    }

    pub async fn switch_organization(&self, organization: Option<&str>) -> Answer {
        let selection = "accessToken tokenType expiresIn role organization { id slug }";
        let input = json!({ "organizationId": organization });
        self.mutate("switchOrganization", selection, input).await
    }

    pub async fn organization(&self, id: &str, selection: &str) -> Answer {
        let query = format!("query($id: ID!) {{ organization(id: $id) {{ {selection} }} }}");
        self.call(&query, json!({ "id": id })).await
    }

    /// Who belongs to an organization of the caller's, as what.
    pub async fn roles_in(&self, organization: &str) -> Roles {
        let selection = "members(first: 100) { nodes { role user { username } } }";
        let answer = self.organization(organization, selection).await;
        let nodes = answer.at("/organization/members/nodes").as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let pair = |node: &Value| (text(&node["user"]["username"]), text(&node["role"]));
        nodes.iter().map(pair).collect()
    }

    /// The invitations that wait for the caller's answer, oldest first.
    pub async fn waiting(&self) -> Vec<Value> {
        let query = "{ invitations { id role email organization { name } } }";
        let answer = self.ask(query).await;
        answer.at("/invitations").as_array().unwrap().clone()
    }
}

impl SignedIn {
    /// Invites somebody, who accepts; the id of their membership.
    pub async fn admit(&self, organization: &str, member: &Self, role: &str) -> String {
        let email = &member.person.email;
        let invitation = self.invited(organization, email, role).await;
        let joined = member.accept(json!({ "invitationId": invitation })).await;
        let id = joined.text("/acceptInvitation/membership/id");
        id.to_owned()
    }

    /// The id of the caller's own membership in an organization.
    pub async fn membership_in(&self, organization: &str) -> String {
        let answer = self
            .ask("{ me { memberships { id organization { id } } } }")
            .await;
        let mine = answer.at("/me/memberships").as_array().unwrap();
        let own = mine
            .iter()
            .find(|it| it["organization"]["id"] == organization);
        own.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Goes on with an access token for an organization.
    pub async fn acting_for(&self, organization: &str) -> Self {
        let switched = self.switch_organization(Some(organization)).await;
        let access_token = switched.text("/switchOrganization/accessToken").to_owned();
        Self {
            client: self.client.clone().bearer(&access_token),
            access_token,
            ..self.clone()
        }
    }
}

/// What an access token says.
pub fn claims(access_token: &str) -> Value {
    let payload = access_token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A text as if its lines had not been broken.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Two nodes that accept one another's tokens, on a database of their own.
pub async fn nodes(database: &TestDatabase) -> [TestApp; 2] {
    let settings = [
        "--token-issuer",
        "http://both.test",
        "--hash-max-wait",
        "60s",
    ];
    let start = async || TestApp::start_on(database, &settings).await;
    [start().await, start().await]
}

/// The same user by way of another node.
pub fn by_way_of(node: &TestApp, user: &SignedIn) -> SignedIn {
    SignedIn {
        client: node.anonymous().bearer(&user.access_token),
        ..user.clone()
    }
}
