//! Calls about organizations, and fixtures with organizations.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Answer, Client, SignedIn, TestApp, TestDatabase};

/// The roles of an organization's members by their usernames.
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

    /// Creates an organization, and returns its id.
    pub async fn new_organization(&self, name: &str) -> String {
        let created = self.create_organization(name).await;
        let id = created.text("/createOrganization/organization/id");
        id.to_owned()
    }

    /// Updates an organization with the fields in `changes`.
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

    /// Invites an address, and returns the id of the invitation.
    pub async fn invited(&self, organization: &str, email: &str, role: &str) -> String {
        let answer = self.invite(organization, email, role).await;
        answer.text("/inviteMember/invitation/id").to_owned()
    }

    pub async fn revoke_invitation(&self, id: &str) -> Answer {
        let input = json!({ "invitationId": id });
        self.mutate("revokeInvitation", "revokedInvitationId", input)
            .await
    }

    /// Accepts an invitation by its `token` or `invitationId`.
    pub async fn accept(&self, input: Value) -> Answer {
        let selection =
            "membership { id role joinedAt user { username } organization { id name } }";
        self.mutate("acceptInvitation", selection, input).await
    }

    /// Declines an invitation by its `token` or `invitationId`.
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

    /// Returns the roles of the members of one of the caller's organizations.
    pub async fn roles_in(&self, organization: &str) -> Roles {
        let selection = "members(first: 100) { nodes { role user { username } } }";
        let answer = self.organization(organization, selection).await;
        let nodes = answer.at("/organization/members/nodes").as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let pair = |node: &Value| (text(&node["user"]["username"]), text(&node["role"]));
        nodes.iter().map(pair).collect()
    }

    /// Returns the open invitations of the caller, oldest first.
    pub async fn waiting(&self) -> Vec<Value> {
        let query = "{ invitations { id role email organization { name } } }";
        let answer = self.ask(query).await;
        answer.at("/invitations").as_array().unwrap().clone()
    }
}

impl SignedIn {
    /// Invites a user, who accepts, and returns the id of the membership.
    pub async fn admit(&self, organization: &str, member: &Self, role: &str) -> String {
        let email = &member.person.email;
        let invitation = self.invited(organization, email, role).await;
        let joined = member.accept(json!({ "invitationId": invitation })).await;
        let id = joined.text("/acceptInvitation/membership/id");
        id.to_owned()
    }

    /// Returns the id of the caller's own membership in an organization.
    pub async fn membership_in(&self, organization: &str) -> String {
        let answer = self
            .ask("{ me { memberships { id organization { id } } } }")
            .await;
        let mine = answer.at("/me/memberships").as_array().unwrap();
        let own = mine
            .iter()
            .find(|membership| membership["organization"]["id"] == organization);
        own.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Returns the client with an access token for an organization.
    pub async fn switched_to(&self, organization: &str) -> Self {
        let switched = self.switch_organization(Some(organization)).await;
        let access_token = switched.text("/switchOrganization/accessToken").to_owned();
        Self {
            client: self.client.clone().bearer(&access_token),
            access_token,
            ..self.clone()
        }
    }
}

/// A member in each role, as `organization_with` takes them.
pub const ONE_OF_EACH_ROLE: [(&str, &str); 3] =
    [("olga", "OWNER"), ("adam", "ADMIN"), ("mary", "MEMBER")];

/// Returns Ada, who owns "Engines", its id, and the members that were admitted to it in these roles.
pub async fn organization_with<const N: usize>(
    app: &TestApp,
    members: [(&str, &str); N],
) -> (SignedIn, String, [SignedIn; N]) {
    let ada = app.verified("ada").await;
    let id = ada.new_organization("Engines").await;
    let mut admitted = Vec::new();
    for (name, role) in members {
        let member = app.verified(name).await;
        ada.admit(&id, &member, role).await;
        admitted.push(member);
    }
    (ada, id, admitted.try_into().ok().unwrap())
}

/// Returns the claims of an access token, unverified.
pub fn claims(access_token: &str) -> Value {
    let payload = access_token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Returns a text with its line breaks replaced by spaces.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Starts two nodes on one database that accept each other's tokens.
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

/// Returns the same user as a client of another node.
pub fn on_node(node: &TestApp, user: &SignedIn) -> SignedIn {
    SignedIn {
        client: node.anonymous().bearer(&user.access_token),
        ..user.clone()
    }
}
